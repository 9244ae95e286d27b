// The debtor's telephone. It shows that a call comes and nothing of what it is about: that is told by voice, to whom it concerns.
"use strict";

const WORDS = {
  zh: {
    title: "善还 · 网页电话", subtitle: "由自动助手来电",
    waiting: "可以接听来电", waiting_more: "请保持本页打开，来电时这里会响铃。",
    offline: "未连接", offline_more: "正在重新连接…", lost: "连接断了", lost_more: "正在恢复通话…",
    gone: "这个链接已经失效", gone_more: "请核对收到的信息，或拨打银行卡背面的官方电话。",
    over: "通话已结束", over_more: "您可以关闭本页；保持打开，下次来电还会在这里响铃。",
    missed: "来电未接听", missed_more: "没关系，本页仍可接听下一次来电。", declined: "已拒接", elsewhere: "已在另一个页面接听",
    promise_robot: "来电的是自动助手，不是真人，通话会被记录",
    promise_private: "先核对身份，再谈事情，保护您的隐私",
    promise_human: "任何时候都可以要求转人工",
    chat_instead: "改用文字对话", ask: "现在给我打电话", asked: "已转达，允许的话马上会响铃。",
    refused: "按联系规则，现在不能给您打电话", refused_busy: "线路正忙，请稍后再试。",
    calling: "来电", caller: "自动助手来电", answer: "接听", decline: "拒接", ignore: "不理会",
    ignore_hint: "不理会：本页不再响铃，对方会等到无人接听。",
    allow: "请允许使用麦克风", connecting: "正在接通…", connected: "通话中", hang_up: "挂断", mute: "静音", unmute: "取消静音",
    no_microphone: "没有使用麦克风的权限，对方听不到您说话。您可以听，也可以按键：0 转人工，9 不再来电；或挂断后改用文字对话。",
    no_sound: "这个浏览器打不开声音，无法接听。请改用文字对话。",
    keys: "按键", keys_hint: "请不要在通话中说出密码、验证码或完整卡号。", key_0: "转人工", key_9: "不再来电",
  },
  en: {
    title: "Amends · phone", subtitle: "You are called by an automated assistant",
    waiting: "Ready for a call", waiting_more: "Please keep this page open. It rings here when a call comes.",
    offline: "Not connected", offline_more: "Connecting again…", lost: "The connection was lost", lost_more: "Getting the call back…",
    gone: "This link no longer works", gone_more: "Please check the message you received, or call the number on the back of your bank card.",
    over: "The call has ended", over_more: "You can close this page. While it is open, the next call rings here.",
    missed: "A call was not answered", missed_more: "That is all right. The next call rings here.", declined: "Declined", elsewhere: "Answered on another page",
    promise_robot: "An automated assistant calls, not a person, and the call is recorded",
    promise_private: "We check who you are before anything else, to protect your privacy",
    promise_human: "You can ask for a person at any time",
    chat_instead: "Write instead", ask: "Call me now", asked: "Passed on. It rings in a moment if that is allowed.",
    refused: "The rules of contact do not allow a call now", refused_busy: "All lines are busy. Please try again in a moment.",
    calling: "Incoming call", caller: "An automated assistant is calling", answer: "Answer", decline: "Decline", ignore: "Ignore",
    ignore_hint: "Ignore: this page stops ringing, and the caller hears no answer.",
    allow: "Please allow the microphone", connecting: "Connecting…", connected: "In a call", hang_up: "Hang up", mute: "Mute", unmute: "Unmute",
    no_microphone: "The microphone is not allowed, so you cannot be heard. You can listen and press keys: 0 for a person, 9 to stop calls. Or hang up and write instead.",
    no_sound: "This browser cannot open its sound, so the call cannot be taken. Please write instead.",
    keys: "Keypad", keys_hint: "Please never say a password, a one-time code or a full card number.", key_0: "a person", key_9: "stop calls",
  },
};
const SHOWN = ["waiting", "ringing", "talking"];

const $ = (id) => document.getElementById(id);
const token = location.pathname.split("/").pop();
const ringer = new Ringer();
let language = (navigator.language || "zh").startsWith("zh") ? "zh" : "en";
let standing = "offline";
let chosen = false;
let began = 0;

const word = (key) => WORDS[language][key];

function setLanguage(next) {
  language = next;
  document.documentElement.lang = next;
  document.title = word("title");
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === next));
  }
  $("keys").setAttribute("aria-label", word("keys"));
  for (const button of $("keys").children) {
    const small = button.querySelector("small");
    if (small) small.textContent = word(`key_${button.dataset.key}`);
  }
  $("connected").textContent = word("connected");
  $("silent").textContent = word("no_microphone");
  $("mute").textContent = word($("mute").getAttribute("aria-pressed") === "true" ? "unmute" : "mute");
  stand(standing);
}

// What stands on the card while no call is on it.
function stand(key) {
  standing = key;
  $("standing").textContent = word(key);
  $("explained").textContent = word(`${key}_more`) || word("waiting_more");
  $("waiting").classList.toggle("off", ["offline", "lost", "gone"].includes(key));
}

function show(name, said) {
  for (const each of SHOWN) $(each).hidden = each !== name;
  $("status").textContent = said;
  document.title = name === "ringing" ? `☎ ${word("calling")}` : word("title");
  if (name !== "ringing") ringer.stop();
}

function rest(key) {
  stand(key);
  show("waiting", `${word(key)}. ${$("explained").textContent}`);
}

function choosing(on) {
  for (const id of ["answer", "decline", "ignore"]) $(id).disabled = !on;
  $("calling").textContent = word("calling");
}

const changes = {
  waiting({ why, ask }) {
    if (ask) $("ask").hidden = false;
    if (["over", "missed", "declined", "elsewhere"].includes(standing) && !why) return;
    rest({ rung_out: "missed", declined: "declined", elsewhere: "elsewhere" }[why] || "waiting");
  },
  refused({ codes }) {
    $("ask").disabled = false;
    $("refused").hidden = false;
    $("refused").textContent = codes.length ? `${word("refused")} (${codes.join(", ")}).` : word("refused_busy");
  },
  ringing({ language: theirs }) {
    if (!chosen && WORDS[theirs]) setLanguage(theirs);
    $("refused").hidden = true;
    $("ask").disabled = false;
    choosing(true);
    show("ringing", `${word("calling")}. ${word("caller")}`);
    $("answer").focus();
    ringer.start();
  },
  talking({ resumed }) {
    if (!resumed) began = performance.now();
    $("connected").textContent = word("connected");
    show("talking", word("connected"));
    $("hangup").focus();
  },
  over() {
    rest("over");
    $("silent").hidden = true;
    setMuted(false);
  },
  offline({ inCall }) {
    if (!inCall) {
      rest("offline");
      probe();
    } else {
      $("connected").textContent = word("lost");
      $("status").textContent = `${word("lost")}. ${word("lost_more")}`;
    }
  },
  microphone({ on }) {
    $("silent").hidden = on;
    $("silent").textContent = word("no_microphone");
  },
};

const line = new PhoneLine(`/api/phone/${token}`, (change, details) => changes[change]?.(details));

// A refused socket says nothing about why; the page itself does.
async function probe() {
  try {
    const page = await fetch(location.pathname, { cache: "no-store" });
    if (page.status === 404 || page.status === 410) {
      line.close();
      rest("gone");
    }
  } catch { /* no network: the line keeps trying */ }
}

async function answer() {
  choosing(false);
  ringer.stop();
  $("calling").textContent = word("allow");
  try {
    await line.answer();
    if (line.state === "ringing") $("calling").textContent = word("connecting");
  } catch {
    $("calling").textContent = word("no_sound");
    $("status").textContent = word("no_sound");
    $("decline").disabled = $("ignore").disabled = false;
  }
}

function setMuted(on) {
  line.mute(on);
  $("mute").setAttribute("aria-pressed", String(on));
  $("mute").textContent = word(on ? "unmute" : "mute");
}

function press(digit) {
  line.press(digit);
  const button = document.querySelector(`[data-key="${digit}"]`);
  button.classList.add("pressed");
  setTimeout(() => button.classList.remove("pressed"), 150);
}

for (const digit of "123456789*0#") {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.key = digit;
  button.textContent = digit;
  if (digit === "0" || digit === "9") button.append(document.createElement("small"));
  button.addEventListener("click", () => press(digit));
  $("keys").append(button);
}
$("answer").addEventListener("click", answer);
$("decline").addEventListener("click", () => { choosing(false); line.decline(); });
$("ask").addEventListener("click", () => {
  $("ask").disabled = true;
  $("refused").hidden = true;
  $("explained").textContent = $("status").textContent = word("asked");
  line.send({ type: "call_me" });
});
$("ignore").addEventListener("click", () => rest("missed"));
$("hangup").addEventListener("click", () => line.hangUp());
$("mute").addEventListener("click", () => setMuted($("mute").getAttribute("aria-pressed") !== "true"));
$("chat").href = `/chat/${token}`;
document.addEventListener("keydown", (event) => {
  if ($("talking").hidden || event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^[0-9*#]$/.test(event.key)) press(event.key);
});
for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => { chosen = true; setLanguage(button.dataset.language); });
}
setInterval(() => {
  if ($("talking").hidden) return;
  const seconds = Math.floor((performance.now() - began) / 1000);
  $("time").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}, 500);
setLanguage(language);
