// The collector's telephone on the desk. A call is joined only after its case is on the screen.
"use strict";

(() => {
  const WORDS = {
    zh: {
      label: "电话", off: "不接听来电", ready: "可以接听来电", ringing: "有通话要转给您", opening: "正在打开案件…", talking: "与债务人通话中",
      after: "通话已结束", offline: "电话未连接，正在重连…", lost: "连接断了，正在恢复通话…",
      go_ready: "开始接听", pause: "暂停接听", accept: "接听", decline: "不接", hang_up: "挂断", mute: "静音", unmute: "取消静音",
      after_more: "请先写好处理结果，再继续接听。", taken: "同事已先接听。", gone: "债务人已挂断，案件仍在您这里。", not_drawn: "案件没有及时显示，通话已转给其他同事。",
      rung_out: "来电无人接听。", elsewhere: "同事已先接听。", no_microphone: "没有使用麦克风的权限，债务人听不到您说话。", no_sound: "这个浏览器打不开声音，无法接听。",
      speaks: "接听语言", zh: "中文", en: "英文", priority: "优先级",
    },
    en: {
      label: "Telephone", off: "Not taking calls", ready: "Ready for calls", ringing: "A call for you", opening: "Opening the case…", talking: "Speaking with the debtor",
      after: "The call has ended", offline: "Telephone not connected, trying again…", lost: "Connection lost, getting the call back…",
      go_ready: "Take calls", pause: "Pause", accept: "Accept", decline: "Decline", hang_up: "Hang up", mute: "Mute", unmute: "Unmute",
      after_more: "Write up the case first, then take calls again.", taken: "A colleague was first.", gone: "The debtor has hung up. The case is still yours.", not_drawn: "The case was not on the screen in time; the call went to somebody else.",
      rung_out: "Nobody took the call.", elsewhere: "A colleague was first.", no_microphone: "The microphone is not allowed, so the debtor cannot hear you.", no_sound: "This browser cannot open its sound, so no call can be taken.",
      speaks: "Calls in", zh: "Chinese", en: "English", priority: "priority",
    },
  };
  const script = document.currentScript;
  const language = script.dataset.language === "en" ? "en" : "zh";
  const word = (key) => WORDS[language][key] || "";
  const DRAWN_WITHIN_MS = 9000;
  const KEPT = "amends-desk-phone";
  const kept = JSON.parse(sessionStorage.getItem(KEPT) || '{"ready": false, "languages": ["zh", "en"]}');
  const ringer = new Ringer();
  let began = 0;

  const box = document.createElement("section");
  box.id = "desk-phone";
  box.setAttribute("aria-label", word("label"));
  const make = (tag, kind, text = "") => Object.assign(document.createElement(tag), { className: kind, textContent: text });
  const head = make("div", "head");
  const title = make("span", "title");
  title.setAttribute("role", "status");
  const time = make("span", "time");
  const about = make("p", "about");
  const note = make("p", "note-line");
  note.setAttribute("role", "alert");
  const spoken = make("div", "spoken", `${word("speaks")}: `);
  const choices = make("div", "choices");
  head.append(make("span", "dot"), title, time);
  box.append(head, about, note, spoken, choices);
  for (const code of ["zh", "en"]) {
    const label = document.createElement("label");
    const tick = Object.assign(document.createElement("input"), { type: "checkbox", checked: kept.languages.includes(code) });
    tick.addEventListener("change", () => {
      const chosen = new Set(kept.languages);
      if (tick.checked) chosen.add(code);
      else if (chosen.size > 1) chosen.delete(code);
      else tick.checked = true;
      kept.languages = [...chosen];
      stand();
    });
    label.append(tick, word(code));
    spoken.append(label);
  }

  function button(key, kind, act) {
    const made = make("button", `btn ${kind}`, word(key));
    made.type = "button";
    made.dataset.act = key;
    made.addEventListener("click", act);
    return made;
  }

  function show(state, buttons, { told = "", subject = "" } = {}) {
    box.dataset.state = state;
    title.textContent = word(state);
    about.textContent = subject;
    note.textContent = told;
    spoken.hidden = !["off", "ready"].includes(state);
    time.textContent = "";
    choices.replaceChildren(...buttons);
    if (state !== "ringing") ringer.stop();
  }

  // Tell the server whether calls may ring here, and remember it for this tab.
  function stand() {
    sessionStorage.setItem(KEPT, JSON.stringify(kept));
    line.send(kept.ready ? { type: "ready", languages: kept.languages, queues: [] } : { type: "away" });
  }

  const goReady = () => { kept.ready = true; stand(); };
  const pause = () => { kept.ready = false; stand(); };
  const hangUp = () => line.hangUp();
  let muted = false;
  function mute(event) {
    muted = !muted;
    line.mute(muted);
    event.target.textContent = word(muted ? "unmute" : "mute");
    event.target.setAttribute("aria-pressed", String(muted));
  }

  async function accept() {
    for (const each of choices.children) each.disabled = true;
    ringer.stop();
    try {
      await line.answer();
    } catch {
      note.textContent = word("no_sound");
      line.decline();
    }
  }

  // The packet first: the case is confirmed when the page has drawn it, and not before.
  function drawn(id) {
    const begins = performance.now();
    const look = () => {
      if (document.querySelector(`.case-grid[data-case="${id}"] .panel`)) {
        requestAnimationFrame(() => requestAnimationFrame(() => line.send({ type: "rendered", subject: id })));
      } else if (performance.now() - begins < DRAWN_WITHIN_MS) {
        setTimeout(look, 50);
      }
    };
    look();
  }

  const back = (why) => { show(kept.ready ? "ready" : "off", [kept.ready ? button("pause", "", pause) : button("go_ready", "main", goReady)], { told: word(why) }); };
  const changes = {
    waiting({ why }) { back(why); if (!why) stand(); },
    ready() { if (box.dataset.state !== "ringing") back(); },
    away() { if (box.dataset.state !== "ringing") back(); },
    ringing(call) {
      const subject = `${call.about[language]} · ${word(call.language)} · ${word("priority")} ${call.priority}`;
      show("ringing", [button("accept", "take", accept), button("decline", "", () => line.decline())], { subject });
      choices.firstChild.focus();
      ringer.start();
    },
    open({ case: id }) {
      show("opening", []);
      emitEvent("amends_open_case", { case: id });
      drawn(id);
    },
    talking({ resumed }) {
      if (!resumed) { began = performance.now(); muted = false; }
      const told = note.textContent === word("no_microphone") ? note.textContent : "";
      show("talking", [button("mute", "", mute), button("hang_up", "end", hangUp)], { told });
    },
    over() {
      kept.ready = false;
      sessionStorage.setItem(KEPT, JSON.stringify(kept));
      show("after", [button("go_ready", "main", goReady)], { told: word("after_more") });
    },
    taken() { line.silence(); back("taken"); },
    gone() { line.silence(); back("gone"); },
    not_drawn() { line.silence(); back("not_drawn"); },
    offline({ inCall }) { show(inCall ? "lost" : "offline", []); },
    microphone({ on }) { if (!on) note.textContent = word("no_microphone"); },
  };

  const line = new PhoneLine("/api/desk-phone", (change, details) => changes[change]?.(details));
  window.deskPhone = line;
  show("offline", []);
  document.body.append(box);
  setInterval(() => {
    if (box.dataset.state !== "talking") return;
    const seconds = Math.floor((performance.now() - began) / 1000);
    time.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }, 500);
})();
