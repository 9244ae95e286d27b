// The debtor's page. The server's records are the one truth: every answer holds the lines that this page has not seen.
"use strict";

const WORDS = {
  zh: {
    title: "善还 · 安全对话", subtitle: "由自动助手接待", welcome: "您好，有一件事想和您确认",
    promise_robot: "接待您的是自动助手，不是真人，对话会被记录",
    promise_private: "先核对身份，再谈事情，保护您的隐私",
    promise_human: "任何时候都可以要求转人工",
    start: "开始对话", label: "输入内容", send: "发送", placeholder: "请输入…",
    hint: "请不要在这里输入密码、验证码或完整卡号。",
    elsewhere: "这个链接上的对话是在另一个浏览器里进行的。为保护隐私，这里需要重新核对身份。",
    sending: "发送中", failed: "没有发出去", retry: "再试一次", unavailable: "暂时连接不上，请稍后再试。",
    closed: "对话已结束，您可以关闭本页。", with_person: "已为您转给同事，请留意我们的联系。",
    too_long: "内容太长，请分几次发送。", empty: "请输入内容。", not_open: "请重新开始对话。",
    gone: "这个链接已经失效。", bot: "自动助手", human: "同事", typing: "正在输入",
    chips: {
      talking: ["怎么还款？", "我想约个日子还", "现在有困难", "转人工", "不要再联系我"],
      verifying: ["为什么要核对身份？", "怎么证明你们是银行？", "转人工"],
      promising: ["转人工"],
      confirm: ["对，没错", "不对，改一下"],
    },
    switched: "请说中文",
  },
  en: {
    title: "Amends · chat", subtitle: "You are met by an automated assistant", welcome: "Hello, there is something we would like to go over with you",
    promise_robot: "You will talk to an automated assistant, not a person, and the chat is recorded",
    promise_private: "We check who you are before anything else, to protect your privacy",
    promise_human: "You can ask for a person at any time",
    start: "Start the chat", label: "Your message", send: "Send", placeholder: "Type a message…",
    hint: "Please never type a password, a one-time code or a full card number here.",
    elsewhere: "The chat on this link was opened in another browser. To protect your privacy we need to check again who you are.",
    sending: "Sending", failed: "Not sent", retry: "Try again", unavailable: "We cannot be reached right now. Please try again in a moment.",
    closed: "The chat has ended. You can close this page.", with_person: "A colleague will take over and contact you.",
    too_long: "That is too long; please send it in parts.", empty: "Please type something.", not_open: "Please start the chat again.",
    gone: "This link no longer works.", bot: "Automated assistant", human: "Colleague", typing: "is typing",
    chips: {
      talking: ["How can I pay?", "I can pay next week", "I am in difficulty", "Talk to a person", "Stop contacting me"],
      verifying: ["Why do you ask?", "How do I know you are the bank?", "Talk to a person"],
      promising: ["Talk to a person"],
      confirm: ["Yes, that is right", "No, let me change it"],
    },
    switched: "English, please",
  },
};
// What stands in the record where somebody typed something secret; on the page it looks like a hidden field.
const REDACTED = /\[(identity number|card number|secret)\]/g;
const CONFIRMING = new Set(["read_back", "read_back_again"]);

const $ = (id) => document.getElementById(id);
const token = location.pathname.split("/").pop();
const api = `/api/chat/${token}`;
const OUTBOX = `amends-outbox-${token}`;
let language = "zh";
let lastSeq = 0;
let stage = "new";
let lastTemplate = null;
let busy = false;

const word = (key) => WORDS[language][key];

function freshId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function setLanguage(next) {
  language = next;
  document.documentElement.lang = next;
  document.title = word("title");
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  $("text").placeholder = word("placeholder");
  $("send").setAttribute("aria-label", word("send"));
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === next));
  }
  showChips();
}

function bubble(speaker, text, extra = "") {
  const element = document.createElement("div");
  element.className = `bubble ${speaker} ${extra}`;
  if (speaker !== "debtor") {
    const previous = $("log").lastElementChild;
    if (!previous || !previous.classList.contains(speaker)) {
      const who = document.createElement("span");
      who.className = "who";
      who.textContent = word(speaker);
      element.append(who);
    }
  }
  element.append(text);
  $("log").append(element);
  toTheEnd();
  return element;
}

function showTyping(on) {
  $("typing")?.remove();
  if (!on) return;
  const element = bubble("bot", "", "typing");
  element.id = "typing";
  element.textContent = "";
  element.setAttribute("aria-label", `${word("bot")} ${word("typing")}`);
  element.append(...[1, 2, 3].map(() => document.createElement("i")));
}

function showChips() {
  const kind = CONFIRMING.has(lastTemplate) ? "confirm" : stage;
  const buttons = (word("chips")[kind] || []).map((text) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.addEventListener("click", () => say(text));
    return button;
  });
  $("chips").replaceChildren(...buttons);
  $("chips").hidden = buttons.length === 0;
}

function notice(text, again) {
  $("notice").textContent = text || "";
  if (!again) return;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = word("retry");
  button.addEventListener("click", () => { notice(""); again(); });
  $("notice").append(button);
  toTheEnd();
}

function show(answer) {
  for (const line of answer.lines) {
    if (line.seq !== null && line.seq <= lastSeq) continue;
    bubble(line.speaker, line.text.replace(REDACTED, "••••"));
    if (line.seq !== null) lastSeq = line.seq;
    if (line.speaker !== "debtor") lastTemplate = line.template;
  }
  stage = answer.stage;
  if (answer.language !== language && WORDS[answer.language]) setLanguage(answer.language);
  $("welcome").hidden = true;
  $("log").hidden = false;
  $("composer").hidden = stage === "closed";
  showChips();
  notice(stage === "closed" || stage === "with_person" ? word(stage) : "");
  toTheEnd();
}

function toTheEnd() {
  const room = document.querySelector("main");
  room.scrollTop = room.scrollHeight;
}

function welcome(elsewhere) {
  $("welcome").hidden = false;
  $("elsewhere").hidden = !elsewhere;
  $("log").hidden = true;
  $("composer").hidden = true;
}

async function call(path, body) {
  const options = body
    ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }
    : {};
  const response = await fetch(api + path, { ...options, credentials: "same-origin", cache: "no-store" });
  const answer = await response.json();
  if (!response.ok) throw Object.assign(new Error(answer.error), { code: answer.error, status: response.status });
  return answer;
}

async function start() {
  $("start").disabled = true;
  try {
    show(await call("/open", { language }));
    $("text").focus();
  } catch (fault) {
    refused(fault, start);
  } finally {
    $("start").disabled = false;
  }
}

// A message stays in the outbox until the server has answered it. Sent again, it carries the same id and is heard once.
async function say(text) {
  text = text.trim();
  if (!text || busy) return;
  sessionStorage.setItem(OUTBOX, JSON.stringify({ text, client_id: freshId() }));
  $("text").value = "";
  grow();
  await deliver();
}

async function deliver() {
  const waiting = JSON.parse(sessionStorage.getItem(OUTBOX) || "null");
  if (!waiting || busy) return;
  busy = true;
  $("send").disabled = true;
  notice("");
  const draft = bubble("debtor", waiting.text, "pending");
  draft.setAttribute("aria-hidden", "true");
  showTyping(true);
  try {
    const answer = await call("/messages", { ...waiting, after: lastSeq });
    sessionStorage.removeItem(OUTBOX);
    draft.remove();
    showTyping(false);
    show(answer);
  } catch (fault) {
    draft.remove();
    showTyping(false);
    refused(fault, deliver, waiting);
  } finally {
    busy = false;
    $("send").disabled = false;
    if (!$("composer").hidden) $("text").focus();
  }
}

function refused(fault, again, waiting) {
  if (fault.status === 404 || fault.status === 410) {
    sessionStorage.removeItem(OUTBOX);
    $("composer").hidden = true;
    $("welcome").hidden = true;
    notice(word("gone"));
  } else if (fault.code === "not_open") {
    sessionStorage.removeItem(OUTBOX);
    welcome(true);
  } else if (fault.status === 422) {
    sessionStorage.removeItem(OUTBOX);
    if (waiting) $("text").value = waiting.text;
    notice(word(fault.code) || word("unavailable"));
  } else {
    notice(`${waiting ? word("failed") + "。" : ""}${word("unavailable")}`.replace("。", language === "en" ? ". " : "。"), again);
  }
}

function grow() {
  const box = $("text");
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 2}px`;
}

$("form").addEventListener("submit", (event) => { event.preventDefault(); say($("text").value); });
$("text").addEventListener("input", grow);
$("text").addEventListener("keydown", (event) => {
  // Enter chooses a candidate while a Chinese input method is composing; it must not send then.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
    event.preventDefault();
    say($("text").value);
  }
});
$("start").addEventListener("click", start);
for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    const next = button.dataset.language;
    if (next === language) return;
    setLanguage(next);
    if (stage !== "new" && stage !== "closed") say(word("switched"));
  });
}
window.addEventListener("online", deliver);

(async () => {
  setLanguage((navigator.language || "zh").startsWith("zh") ? "zh" : "en");
  try {
    const answer = await call("/history");
    if (answer.state !== "open") setLanguage(WORDS[answer.language] ? answer.language : language);
    if (answer.state === "open") {
      show(answer);
      await deliver();
    } else {
      welcome(answer.state === "elsewhere");
    }
  } catch (fault) {
    refused(fault, () => location.reload());
  }
})();
