// The last scans of this desk, newest first, each with a button to undo it; names live in memory only.
import { LOOKS, clockTime } from "./verdict.js";

const MOST = 30;
const CAN_UNDO = ["admitted", "already_in", "out", "not_in"];

export class Recent {
  constructor(list, sprite, texts, { onUndo }) {
    Object.assign(this, { list, sprite, texts, onUndo });
    this.items = new Map();
    this.undos = new Map(); // uid of what was taken back → its undo
  }

  put(scan, result) {
    const item = this.items.get(scan.uid) || this.added(scan.uid);
    const [kind, icon] = LOOKS[result.verdict] || LOOKS.unknown;
    item.dataset.kind = kind;
    item.dataset.verdict = result.verdict;
    item.dataset.state = scan.state;
    item.dataset.attendee = result.attendee?.id || "";
    item.querySelector("use").setAttribute("href", `${this.sprite}#${icon}`);
    item.querySelector("[data-name]").textContent = result.attendee?.name || this.texts.nobody;
    item.querySelector("[data-words]").textContent = [
      this.texts.verdicts[result.verdict], clockTime(scan.occurred_at),
      result.late && this.texts.late.replace("{minutes}", result.late), result.attendee?.enterprise,
    ].filter(Boolean).join(" · ");
    item.querySelector("[data-waiting]").hidden = scan.state !== "waiting";
    item.querySelector("[data-conflict]").hidden = !result.conflict;
    const button = item.querySelector("button");
    button.hidden = !CAN_UNDO.includes(result.verdict) || scan.state === "aside";
    const target = { uid: scan.uid, about: result.attendee?.id || scan.about || "", verdict: result.verdict, at: scan.occurred_at };
    button.onclick = () => this.onUndo(target, item.querySelector("[data-name]").textContent);
    if (this.undos.has(scan.uid)) this.undone(this.undos.get(scan.uid));
  }

  added(uid) {
    const item = document.getElementById("recent-item").content.firstElementChild.cloneNode(true);
    this.items.set(uid, item);
    this.list.prepend(item);
    item.dataset.uid = uid;
    document.getElementById("recent-empty").hidden = true;
    while (this.list.children.length > MOST) {
      this.items.delete(this.list.lastElementChild.dataset.uid);
      this.list.lastElementChild.remove();
    }
    return item;
  }

  // The server's answer to a scan that has left the list changes nothing that is shown.
  update(scan, result) {
    if (this.items.has(scan.uid)) this.put(scan, result);
  }

  // Taken back: here, soon at the server, or not, with what the server said.
  undone(undo) {
    this.undos.set(undo.target, undo);
    const item = this.items.get(undo.target);
    if (!item) return;
    const isRefused = undo.state === "aside";
    item.dataset.kind = isRefused ? "bad" : "undone";
    item.dataset.undo = undo.state;
    if (isRefused) item.querySelector("use").setAttribute("href", `${this.sprite}#alert-triangle`);
    item.querySelector("[data-words]").textContent = isRefused ? this.texts.undoRefused.replace("{why}", undo.message) : this.texts.undone;
    item.querySelector("[data-waiting]").hidden = undo.state !== "waiting" && item.dataset.state !== "waiting";
    item.querySelector("button").hidden = true;
  }

  // Another desk saw the same ticket, or an organiser has looked at it: say so here too.
  markConflict(attendee, isConflict) {
    for (const item of this.list.children) {
      if (item.dataset.attendee === attendee) item.querySelector("[data-conflict]").hidden = !isConflict;
    }
  }
}
