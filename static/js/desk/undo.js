// Taking a record back, with a reason: kept like a scan and sent after it. An offered reason may wait on the
// disk; what somebody typed may say anything, so it goes to the server at once or not at all.
import { NoNetwork, Refused } from "./api.js";
import { newUid } from "./codes.js";

const SHORTEST_REASON = 2;
const find = (id) => document.getElementById(id);

export class Undo {
  // onUndone(undo) once it is on the disk, or with the server
  constructor({ server, own, sync, texts }, { onUndone }) {
    Object.assign(this, { server, own, sync, texts, onUndone });
    this.dialog = find("undo");
    this.offered = new Set();
    find("undo-form").addEventListener("submit", (submitted) => {
      submitted.preventDefault();
      this.takeBack(find("undo-reason").value.trim());
    });
    find("undo-cancel").addEventListener("click", () => this.dialog.close());
    for (const chip of document.querySelectorAll("[data-reason]")) {
      this.offered.add(chip.dataset.reason);
      chip.addEventListener("click", () => { find("undo-reason").value = chip.dataset.reason; });
    }
  }

  // `target`: {uid, about, verdict, at} of the record, as it is shown
  ask(target, name) {
    this.undo = { ...target, target: target.uid, uid: newUid() };
    find("undo-name").textContent = name;
    find("undo-reason").value = "";
    this.say("");
    this.dialog.showModal();
  }

  takeBack(reason) {
    if (reason.length < SHORTEST_REASON) return this.say(this.texts.reasonMissing);
    return this.offered.has(reason) ? this.keep(reason) : this.send(reason);
  }

  async keep(reason) {
    if (this.own.undoOf(this.undo.target)) return this.dialog.close();
    const undo = {
      ...this.undo, uid: newUid(), reason, occurred_at: this.server.now().toISOString(), sequence: this.own.next(), state: "waiting",
    };
    try {
      await this.own.putUndo(undo);
    } catch {
      this.own.undos.delete(undo.uid);
      return this.say(this.texts.diskFault);
    }
    this.done(undo);
    return this.sync.nudge();
  }

  async send(reason) {
    const { uid, target } = this.undo;
    if (this.own.waiting.some((scan) => scan.uid === target)) return this.say(this.texts.undoOffline);
    try {
      await this.server.post("/undo", { uid, target, reason });
    } catch (failure) {
      if (failure instanceof Refused) this.undo.uid = newUid();
      return this.say(failure instanceof NoNetwork ? this.texts.undoOffline : failure.message);
    }
    await this.own.drop([target]);
    this.done({ ...this.undo, state: "sent" });
    return this.sync.kick();
  }

  done(undo) {
    this.dialog.close();
    this.onUndone(undo);
  }

  say(words) {
    find("undo-fault").textContent = words;
  }
}
