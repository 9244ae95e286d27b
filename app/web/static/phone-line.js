// A browser phone: its websocket, the microphone and the loudspeaker. Pages draw; this carries.
"use strict";

const PHONE_RATE = 16000;
const MICROPHONE_WAIT_MS = 8000;
const AGAIN_MS = [300, 700, 1000, 2000, 5000, 10000];

class PhoneLine {
  // `told` hears of every change: ("offline" | "waiting" | "ringing" | "talking" | "over", details) and of other messages.
  constructor(path, told) {
    this.path = path;
    this.told = told;
    this.tries = 0;
    this.wanted = true;
    this.state = "offline";
    this.key = null;
    this.call = null;
    this.sound = null;
    this.connect();
    window.addEventListener("online", () => this.connect());
    window.addEventListener("pagehide", () => this.hangUp());
  }

  connect() {
    if (!this.wanted || (this.socket && this.socket.readyState <= WebSocket.OPEN)) return;
    clearTimeout(this.timer);
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${this.path}`);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      if (socket !== this.socket) return;
      if (typeof data === "string") this.read(JSON.parse(data));
      else this.sound?.node.port.postMessage(data, [data]);
    };
    socket.onclose = () => { if (socket === this.socket) this.lost(); };
  }

  close() {
    this.wanted = false;
    clearTimeout(this.timer);
    this.hangUp();
    this.socket?.close();
    this.silence();
  }

  lost() {
    this.change("offline", { inCall: this.key !== null });
    if (!this.wanted) return;
    this.timer = setTimeout(() => this.connect(), AGAIN_MS[Math.min(this.tries, AGAIN_MS.length - 1)]);
    this.tries += 1;
  }

  change(state, details = {}) {
    this.state = state;
    this.told(state, details);
  }

  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  read(message) {
    switch (message.type) {
      case "waiting":
        this.tries = 0;
        if (this.key !== null) this.send({ type: "resume", key: this.key });
        else if (this.state !== "over") this.change("waiting", { ask: message.ask === true });
        break;
      case "ring":
        this.call = message.call;
        this.change("ringing", message);
        break;
      case "stopped":
        if (this.state === "ringing" && message.why !== "taken") this.change("waiting", { why: message.why });
        break;
      case "begin":
      case "resumed":
        this.key = message.key;
        this.call = message.call;
        this.sound?.node.port.postMessage({ part: message.part });
        this.change("talking", { resumed: message.type === "resumed" });
        break;
      case "clear":
        this.sound?.node.port.postMessage({ part: message.part });
        break;
      case "over":
        this.key = null;
        this.silence();
        this.change("over", { why: message.why });
        break;
      default:
        this.told(message.type, message);
    }
  }

  // Take the call. The loudspeaker is ready before the first word; who keeps no microphone can still listen and press keys.
  async answer() {
    const call = this.call;
    const asked = this.microphone();
    const stream = await Promise.race([asked, new Promise((late) => setTimeout(() => late(null), MICROPHONE_WAIT_MS))]);
    await this.openSound(stream);
    if (!stream) asked.then((late) => late && this.sound && this.listenTo(late));
    if (this.call !== call || this.state !== "ringing") this.silence();
    else this.send({ type: "answer", call });
  }

  async microphone() {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
      });
      this.told("microphone", { on: true });
      return stream;
    } catch {
      this.told("microphone", { on: false });
      return null;
    }
  }

  async openSound(stream) {
    this.silence();
    // Some browsers take a microphone at its own rate only; the worklet then converts.
    for (const options of [{ sampleRate: PHONE_RATE }, {}]) {
      const context = new AudioContext({ latencyHint: "interactive", ...options });
      try {
        await context.audioWorklet.addModule("/static/phone-worklet.js");
        const node = new AudioWorkletNode(context, "amends-phone", { outputChannelCount: [1] });
        this.sound = { context, node, stream: null };
        if (stream) this.listenTo(stream);
        break;
      } catch (fault) {
        this.sound = null;
        await context.close();
        if (!("sampleRate" in options)) throw fault;
      }
    }
    const { context, node } = this.sound;
    node.connect(context.destination);
    node.port.onmessage = ({ data }) => {
      if (this.key === null) return;
      if (data instanceof ArrayBuffer) {
        // What could not be sent at once is not worth sending later.
        if (this.socket?.readyState === WebSocket.OPEN && this.socket.bufferedAmount < 32000) this.socket.send(data);
      } else {
        this.send({ type: "heard", ...data });
      }
    };
    await context.resume();
    node.port.postMessage({ latency: context.outputLatency || context.baseLatency || 0 });
  }

  listenTo(stream) {
    this.sound.stream = stream;
    this.sound.context.createMediaStreamSource(stream).connect(this.sound.node);
  }

  mute(on) {
    for (const track of this.sound?.stream?.getAudioTracks() ?? []) track.enabled = !on;
  }

  decline() {
    this.send({ type: "decline", call: this.call });
  }

  press(digit) {
    this.send({ type: "key", digit });
  }

  hangUp() {
    if (this.key !== null) this.send({ type: "hangup" });
  }

  silence() {
    if (!this.sound) return;
    this.sound.node.port.postMessage({ end: true });
    for (const track of this.sound.stream?.getTracks() ?? []) track.stop();
    this.sound.context.close();
    this.sound = null;
  }
}

// The ring itself: two tones, a second on and two off, where the browser lets a page sound before anybody has touched it.
class Ringer {
  start() {
    this.stop();
    navigator.vibrate?.([600, 400, 600]);
    const context = new AudioContext();
    this.context = context;
    const volume = context.createGain();
    volume.gain.value = 0;
    for (const pitch of [440, 480]) {
      const tone = context.createOscillator();
      tone.frequency.value = pitch;
      tone.connect(volume);
      tone.start();
    }
    for (let second = 0; second < 90; second += 3) {
      volume.gain.setTargetAtTime(0.06, context.currentTime + second, 0.02);
      volume.gain.setTargetAtTime(0, context.currentTime + second + 1, 0.02);
    }
    volume.connect(context.destination);
  }

  stop() {
    this.context?.close();
    this.context = null;
    navigator.vibrate?.(0);
  }
}
