// Taking a record back, with a reason; only with the server's word, because others must hear of it too.
import { NoNetwork, Refused } from "./api.js";
import { newUid } from "./codes.js";

const SHORTEST_REASON = 2;
const find = (id) => document.getElementById(id);

export class Undo {
  constructor({ server, own, sync, texts }, { onUndone }) {
    Object.assign(this, { server, own, sync, texts, onUndone });
    this.dialog = find("undo");
    find("undo-form").addEventListener("submit", (submitted) => {
      submitted.preventDefault();
      this.send(find("undo-reason").value.trim());
    });
    find("undo-cancel").addEventListener("click", () => this.dialog.close());
    for (const chip of document.querySelectorAll("[data-reason]")) {
      chip.addEventListener("click", () => { find("undo-reason").value = chip.dataset.reason; });
    }
  }

  ask({ uid, name, item }) {
    this.target = { uid, item, undoUid: newUid() };
    find("undo-name").textContent = name;
    this.say("");
    this.dialog.showModal();
  }

  async send(reason) {
    const { uid, item, undoUid } = this.target;
    if (reason.length < SHORTEST_REASON) return this.say(this.texts.reasonMissing);
    if (this.own.waiting.some((scan) => scan.uid === uid)) {
      this.sync.kick();
      return this.say(this.texts.undoOffline);
    }
    try {
      await this.server.post("/undo", { uid: undoUid, target: uid, reason });
    } catch (failure) {
      if (failure instanceof Refused) this.target.undoUid = newUid();
      return this.say(failure instanceof NoNetwork ? this.texts.undoOffline : failure.message);
    }
    await this.own.drop([uid]);
    find("undo-reason").value = "";
    this.dialog.close();
    this.onUndone(item);
    return this.sync.kick();
  }

  say(words) {
    find("undo-fault").textContent = words;
  }
}
