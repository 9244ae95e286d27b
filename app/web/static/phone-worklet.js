// The page's ear and mouth, in the browser's audio thread. It plays 16-bit samples at 16 kHz and counts what has really
// left the loudspeaker; it gives the microphone in pieces of 20 ms, or silence where there is none: the call's clock.
"use strict";

const RATE = 16000;
const PIECE = RATE / 50;
const REPORT_EVERY = RATE / 10;

// From one rate to another by a windowed sinc; the same samples where the rates are the same.
class Resampler {
  constructor(from, to) {
    this.step = from / to;
    this.cut = Math.min(1, to / from) * 0.94;
    this.half = this.step === 1 ? 0 : Math.ceil(12 * Math.max(1, this.step));
    this.past = new Float32Array(2 * this.half);
    this.at = this.half;
  }

  push(input) {
    if (this.step === 1) return input;
    const all = new Float32Array(this.past.length + input.length);
    all.set(this.past);
    all.set(input, this.past.length);
    const out = [];
    while (this.at + this.half < all.length) {
      out.push(this.sample(all, this.at));
      this.at += this.step;
    }
    const keepFrom = Math.max(0, Math.floor(this.at) - this.half);
    this.past = all.slice(keepFrom);
    this.at -= keepFrom;
    return Float32Array.from(out);
  }

  sample(all, at) {
    let sum = 0;
    for (let index = Math.ceil(at - this.half); index <= at + this.half; index += 1) {
      if (index < 0 || index >= all.length) continue;
      const distance = index - at;
      const x = Math.PI * distance * this.cut;
      const window = 0.5 + 0.5 * Math.cos((Math.PI * distance) / (this.half + 1));
      sum += all[index] * (x === 0 ? 1 : Math.sin(x) / x) * window * this.cut;
    }
    return sum;
  }
}

class AmendsPhone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.down = new Resampler(sampleRate, RATE);
    this.spoken = new Int16Array(PIECE);
    this.filled = 0;
    this.latency = 0;
    this.ended = false;
    this.begin(0);
    this.port.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) this.take(new Int16Array(data));
      else if ("part" in data) this.begin(data.part);
      else if ("latency" in data) this.latency = data.latency;
      else if ("end" in data) this.ended = true;
    };
  }

  begin(part) {
    this.part = part;
    this.up = new Resampler(RATE, sampleRate);
    this.queue = [];
    this.offset = 0;
    this.received = 0; // samples at 16 kHz
    this.played = 0; // samples at the loudspeaker's rate
    this.reported = 0;
    this.trail = []; // what was played when: heard once the latency has passed
  }

  take(samples) {
    const floats = new Float32Array(samples.length);
    for (let index = 0; index < samples.length; index += 1) floats[index] = samples[index] / 32768;
    this.received += samples.length;
    const converted = this.up.push(floats);
    if (converted.length) this.queue.push(converted);
  }

  process(inputs, outputs) {
    const out = outputs[0][0];
    this.hear(inputs[0][0] || new Float32Array(out.length));
    this.speak(out);
    this.report();
    return !this.ended;
  }

  hear(input) {
    for (const sample of this.down.push(input)) {
      this.spoken[this.filled] = Math.max(-1, Math.min(1, sample)) * 32767;
      this.filled += 1;
      if (this.filled === PIECE) {
        const piece = this.spoken.slice().buffer;
        this.port.postMessage(piece, [piece]);
        this.filled = 0;
      }
    }
  }

  speak(out) {
    let written = 0;
    while (written < out.length && this.queue.length) {
      const first = this.queue[0];
      const count = Math.min(out.length - written, first.length - this.offset);
      out.set(first.subarray(this.offset, this.offset + count), written);
      written += count;
      this.offset += count;
      if (this.offset === first.length) {
        this.queue.shift();
        this.offset = 0;
      }
    }
    if (!written) return;
    this.played += written;
    const all = this.queue.length === 0;
    this.trail.push([currentTime, all ? this.received : Math.floor((this.played * RATE) / sampleRate), all]);
  }

  report() {
    let heard = null;
    while (this.trail.length && this.trail[0][0] + this.latency <= currentTime) heard = this.trail.shift();
    if (heard === null) return;
    const [, samples, all] = heard;
    if (!all && samples - this.reported < REPORT_EVERY) return;
    this.reported = samples;
    this.port.postMessage({ part: this.part, samples });
  }
}

registerProcessor("amends-phone", AmendsPhone);
