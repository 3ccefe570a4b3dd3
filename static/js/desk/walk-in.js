// Somebody who is not on the list: typed in at the door, sealed for the server before it touches the disk.
import { sealForServer } from "./boxes.js";
import { newUid } from "./codes.js";
import { faultOf, normalised } from "./uscc.js";

const MOBILE = /^1[3-9]\d{9}$/;
const find = (id) => document.getElementById(id);

export class WalkIn {
  // onKept(walkIn, person) once it is on the disk
  constructor({ server, roster, own, texts }, { onKept }) {
    Object.assign(this, { server, roster, own, texts, onKept });
    this.dialog = find("walk-in");
    this.form = find("walk-in-form");
    this.typed = new Map(); // uid → what was typed, in memory, until the server has taken it
    find("walk-in-open").addEventListener("click", () => this.open());
    find("walk-in-cancel").addEventListener("click", () => this.dialog.close());
    this.form.addEventListener("submit", (submitted) => {
      submitted.preventDefault();
      this.send();
    });
    this.form.elements.uscc.addEventListener("blur", () => this.mark("uscc", this.usccFault()));
  }

  open(values = {}, faults = {}) {
    this.form.reset();
    for (const field of this.fields()) {
      if (field.type !== "checkbox") field.value = values[field.name] || "";
      this.mark(field.name, faults[field.name] || "");
    }
    if (!this.dialog.open) this.dialog.showModal();
    this.form.elements.uscc.focus();
  }

  async send() {
    const value = this.value();
    const faults = this.faults(value);
    for (const field of this.fields()) this.mark(field.name, faults[field.name] || "");
    const first = this.fields().find((field) => faults[field.name]);
    if (first) return first.focus();
    if (!this.roster.isLoaded) return this.mark("consent", this.texts.noRoster);
    const at = this.server.now().toISOString();
    const uid = newUid();
    const { kid, key } = this.roster.head.letterbox;
    const box = await sealForServer(key, value, uid);
    const walkIn = { uid, occurred_at: at, sequence: this.own.next(), kid, box, state: "waiting" };
    await this.own.addWalkIn(walkIn);
    this.typed.set(uid, value);
    this.dialog.close();
    return this.onKept(walkIn, value);
  }

  // The server did not want it: what was typed comes back with what to change, if this page still knows it.
  refused(walkIn, result) {
    const value = this.typed.get(walkIn.uid);
    this.typed.delete(walkIn.uid);
    if (!value || this.dialog.open) return false;
    const faults = Object.fromEntries((result.errors || []).map((fault) => [fault.field.split(".").pop(), fault.message]));
    this.open(value, { consent: result.errors?.length ? "" : result.message, ...faults });
    return true;
  }

  value() {
    const { uscc, enterprise, name, phone, job_title: job, consent } = this.form.elements;
    return {
      uscc: normalised(uscc.value), enterprise: enterprise.value.trim(), name: name.value.trim(),
      phone: phone.value.replace(/[\s-]/g, "").replace(/^(\+?86)(?=1\d{10}$)/, ""),
      job_title: job.value.trim(), direction: "in", consent: consent.checked,
    };
  }

  faults(value) {
    const { walkInFaults: words } = this.texts;
    return {
      uscc: this.usccFault(),
      enterprise: value.enterprise ? "" : words.enterprise,
      name: value.name ? "" : words.name,
      phone: MOBILE.test(value.phone) ? "" : words.phone,
      consent: value.consent ? "" : words.consent,
    };
  }

  usccFault() {
    const fault = faultOf(this.form.elements.uscc.value);
    return fault ? this.texts.usccFaults[fault] : "";
  }

  fields() {
    return [...this.form.elements].filter((field) => field.name);
  }

  mark(name, words) {
    this.form.elements[name].setAttribute("aria-invalid", String(Boolean(words)));
    find(`walk-in-${name}-fault`).textContent = words;
  }
}
