// Network, queue and last meeting with the server: always on the screen, in colour and in words.
import { clockTime } from "./verdict.js";

export class Status {
  constructor(root, sprite, texts) {
    Object.assign(this, { root, sprite, texts });
    this.words = root.querySelector("[data-words]");
    this.since = root.querySelector("[data-since]");
  }

  show({ isOnline, length, aside, lastSync, hasEnded }) {
    const { texts } = this;
    const state = hasEnded ? "ended" : !isOnline ? "offline" : !lastSync ? "starting" : length ? "sending" : "online";
    this.root.dataset.state = state;
    this.root.dataset.online = String(isOnline);
    this.root.querySelector("use").setAttribute("href", `${this.sprite}#${{ ended: "lock", offline: "wifi-off", starting: "wifi", sending: "upload", online: "wifi" }[state]}`);
    const words = { ended: texts.ended, offline: texts.offline, starting: texts.starting, sending: texts.sending, online: texts.online }[state];
    const whole = [words.replace("{count}", length), aside && texts.asideCount.replace("{count}", aside)].filter(Boolean).join(" · ");
    if (this.words.textContent !== whole) this.words.textContent = whole;
    this.since.textContent = lastSync ? texts.lastSync.replace("{time}", clockTime(lastSync)) : texts.neverSynced;
  }
}
