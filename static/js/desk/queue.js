// Scans wait here until the server has answered them. Each keeps its uid and its instant, so that a
// repetition is a replay and never a second check-in.
import { NoNetwork, Refused } from "./api.js";

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15000;
const MOST_AT_ONCE = 200;

export function newUid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Queue {
  // onAnswer(scan, result) for every answer; onChange({waiting, isOnline}) when something moved;
  // onRefused(error) when the server no longer accepts this desk.
  constructor(server, { onAnswer, onChange, onRefused }) {
    this.server = server;
    this.waiting = [];
    this.number = 0;
    this.pause = FIRST_PAUSE_MS;
    this.isSending = false;
    this.isOnline = true;
    this.on = { onAnswer, onChange, onRefused };
    addEventListener("online", () => this.send());
  }

  add(scan) {
    this.number += 1;
    const whole = {
      uid: newUid(),
      occurred_at: this.server.now().toISOString(),
      sequence: this.number,
      ...scan,
    };
    this.waiting.push(whole);
    this.changed();
    this.send();
    return whole;
  }

  async send() {
    if (this.isSending || !this.waiting.length) return;
    this.isSending = true;
    clearTimeout(this.timer);
    const batch = this.waiting.slice(0, MOST_AT_ONCE);
    try {
      const { results } = await this.server.post("/scans", { scans: batch });
      this.isOnline = true;
      this.pause = FIRST_PAUSE_MS;
      this.settle(batch, results);
    } catch (failure) {
      this.failed(batch, failure);
    }
    this.isSending = false;
    this.changed();
    if (this.waiting.length) this.later();
  }

  settle(batch, results) {
    const answered = new Map(results.map((result) => [result.uid, result]));
    this.waiting = this.waiting.filter((scan) => !answered.has(scan.uid));
    for (const scan of batch) if (answered.has(scan.uid)) this.on.onAnswer(scan, answered.get(scan.uid));
  }

  failed(batch, failure) {
    if (failure instanceof NoNetwork) {
      this.isOnline = false;
    } else if (failure instanceof Refused && failure.status === 422) {
      this.setAside(batch, failure.problem.errors);
    } else {
      this.on.onRefused(failure);
    }
  }

  // A scan that the server cannot read must not keep the others waiting.
  setAside(batch, faults) {
    const bad = new Map();
    for (const fault of faults) {
      const place = Number(fault.field.split(".")[1]);
      if (fault.field.startsWith("scans.") && batch[place]) bad.set(batch[place].uid, fault.message);
    }
    if (!bad.size) for (const scan of batch) bad.set(scan.uid, "");
    this.settle(batch, batch.filter((scan) => bad.has(scan.uid)).map((scan) => ({
      uid: scan.uid, verdict: "unreadable", attendee: null, conflict: false, message: bad.get(scan.uid),
    })));
  }

  later() {
    const wait = this.isOnline ? 0 : this.pause;
    if (!this.isOnline) this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
    this.timer = setTimeout(() => this.send(), wait);
  }

  changed() {
    this.on.onChange({ waiting: this.waiting.length, isOnline: this.isOnline });
  }
}
