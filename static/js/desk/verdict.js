// The answer over the whole screen: colour, icon, words, the person; it goes away by itself, and at once
// when the next one comes.
import { signal } from "./signals.js";

export const LOOKS = {
  admitted: ["good", "circle-check"],
  out: ["good", "logout"],
  already_in: ["note", "user-check"],
  not_in: ["note", "user-question"],
  wrong_lesson: ["note", "calendar-event"],
  too_early: ["note", "clock"],
  too_late: ["note", "clock-pause"],
  not_confirmed: ["bad", "hourglass"],
  wrong_training: ["bad", "switch-horizontal"],
  cancelled: ["bad", "ban"],
  revoked: ["bad", "ban"],
  unknown: ["bad", "circle-x"],
  uid_mismatch: ["bad", "alert-triangle"],
  unreadable: ["bad", "alert-triangle"],
  undo_refused: ["bad", "alert-triangle"],
  kept: ["wait", "device-floppy"],
};
const SHOWN_MS = { good: 1200, note: 2200, bad: 3000, wait: 1500 };

export class VerdictScreen {
  constructor(root, sprite, texts) {
    this.root = root;
    this.sprite = sprite;
    this.texts = texts;
    const away = () => this.hide();
    root.addEventListener("click", away);
    document.addEventListener("keydown", (pressed) => { if (pressed.key === "Escape") away(); });
  }

  show(result) {
    const [kind, icon] = LOOKS[result.verdict] || LOOKS.unknown;
    const { texts } = this;
    this.root.dataset.kind = kind;
    this.root.dataset.verdict = result.verdict;
    this.root.querySelector("use").setAttribute("href", `${this.sprite}#${icon}`);
    const title = texts.verdicts[result.verdict] || texts.verdicts.unknown;
    this.put("title", title);
    this.put("name", result.attendee ? result.attendee.name : "");
    this.put("enterprise", result.attendee ? result.attendee.enterprise : "");
    const isSaid = result.verdict === "admitted" || result.verdict === "out" || !result.message || result.message === title;
    this.put("message", isSaid ? "" : result.message);
    this.put("first", this.firstWords(result));
    this.put("late", result.late ? texts.late.replace("{minutes}", result.late) : "");
    this.put("conflict", result.conflict ? texts.conflict : "");
    this.root.hidden = false;
    signal(kind);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.hide(), SHOWN_MS[kind] + (result.conflict ? 1500 : 0));
  }

  firstWords(result) {
    if (!result.first_in_at || result.verdict === "admitted") return "";
    return this.texts.first.replace("{time}", clockTime(result.first_in_at)).replace("{desk}", result.first_in_desk || "");
  }

  put(name, text) {
    const place = this.root.querySelector(`[data-verdict-${name}]`);
    place.textContent = text;
    place.hidden = !text;
  }

  hide() {
    this.root.hidden = true;
  }
}

// The time of day where the lesson is held, whatever the device thinks.
export const place = { timeZone: "Asia/Shanghai" };

export function clockTime(instant) {
  const { timeZone } = place;
  return new Date(instant).toLocaleTimeString("en-GB", { hour: "numeric", minute: "2-digit", timeZone });
}
