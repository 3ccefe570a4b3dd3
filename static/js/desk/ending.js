// When the desk may scan no more: the roster goes at once; what was not sent is handed over or taken along.
import { NoNetwork } from "./api.js";
import { endDesk, forgetDesk } from "./credentials.js";
import { asSent, chunks, undoAsSent, walkInAsSent } from "./sync.js";

const MOST = 500;
const DAY_MS = 86400000;
const find = (id) => document.getElementById(id);

// Tell whether a desk's time is over: its own end, or a day after its lesson's.
export function isOver(desk, head, now = Date.now()) {
  const ends = head ? Date.parse(head.about.ends_at) + DAY_MS : Infinity;
  return now > Math.min(Date.parse(desk.expires_at), ends);
}

export class Ending {
  constructor({ server, roster, own, desk, texts }, { onChange }) {
    Object.assign(this, { server, roster, own, desk, texts, onChange });
    find("hand-over").addEventListener("click", () => this.handOver());
    for (const button of document.querySelectorAll("[data-export]")) button.addEventListener("click", () => this.exportQueue());
    find("forget").addEventListener("click", () => this.askForget());
    find("forget-cancel").addEventListener("click", () => find("forget-dialog").close());
    find("forget-yes").addEventListener("click", () => this.forget());
  }

  // Wipe what is about people; show what is left to do.
  async end(why) {
    this.roster.forget();
    await endDesk(this.desk.lesson, why);
    await this.own.drop(this.own.in("sent").map((scan) => scan.uid));
    await this.own.dropUndos([...this.own.undos.values()].filter((undo) => undo.state === "sent").map((undo) => undo.uid));
    document.body.dataset.ended = why;
    this.show();
    if (!this.own.length && !this.own.aside.length) await forgetDesk(this.desk.lesson);
  }

  show(words = "") {
    const { texts } = this;
    const left = this.own.length + this.own.aside.length;
    find("closed").hidden = false;
    find("closed-words").textContent = [
      texts.endings[document.body.dataset.ended] || texts.endings.revoked,
      left ? texts.endedWithQueue.replace("{count}", left) : texts.endedEmpty,
    ].join(" ");
    find("closed-status").textContent = words;
    find("hand-over").hidden = !this.own.waiting.length;
    find("closed-export").hidden = !left;
    this.onChange();
  }

  // Give what waits to the server for an organiser to look at.
  async handOver() {
    find("hand-over").disabled = true;
    try {
      for (const batch of chunks(this.own.waiting, MOST)) {
        const uids = batch.map((scan) => scan.uid);
        const undos = this.own.waitingUndos.filter((undo) => uids.includes(undo.target));
        await this.server.post("/late-scans", { scans: batch.map(asSent), undos: undos.map(undoAsSent) });
        await this.own.dropUndos(undos.map((undo) => undo.uid));
        await this.own.drop(uids);
      }
      this.show(this.texts.handedOver);
      if (!this.own.length && !this.own.aside.length) await forgetDesk(this.desk.lesson);
    } catch (failure) {
      this.show(failure instanceof NoNetwork ? this.texts.handOverOffline : `${failure.message} ${this.texts.handOverRefused}`);
    }
    find("hand-over").disabled = false;
  }

  // Write what was not sent into a file that an organiser brings in at the page of the desks.
  exportQueue() {
    const { desk } = this;
    const scans = [...this.own.waiting, ...this.own.in("aside")].map(asSent);
    const walkIns = [...this.own.walkIns.values()].map(walkInAsSent);
    const undos = [...this.own.undos.values()].filter((undo) => undo.state !== "sent").map(undoAsSent);
    const file = {
      format: "guanbiao-desk-queue", version: 1, lesson: desk.lesson, desk: desk.desk, label: desk.label,
      exported_at: new Date().toISOString(), scans, walk_ins: walkIns, undos,
    };
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(file)], { type: "application/json" }));
    link.download = `desk-queue-${desk.lesson}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    for (const place of document.querySelectorAll("[data-exported]")) place.textContent = this.texts.exported;
  }

  askForget() {
    const left = this.own.length + this.own.aside.length;
    find("forget-words").textContent = left ? this.texts.forgetWithQueue.replace("{count}", left) : this.texts.forgetEmpty;
    find("forget-dialog").showModal();
  }

  async forget() {
    this.roster.forget();
    await forgetDesk(this.desk.lesson);
    location.reload();
  }
}
