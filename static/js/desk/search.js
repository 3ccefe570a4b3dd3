// Finding a person by name or by the last digits of the phone: at the server, or in this phone's own box.
import { NoNetwork } from "./api.js";

const PAUSE_MS = 250;
const PATIENCE_MS = 2000; // with the server, where this phone could answer too
const MOST_HITS = 20;
const SHORTEST_DIGITS = 3;

export class Search {
  constructor({ input, list, status }, { server, roster, own, sync, desk, texts }, { onChoose }) {
    Object.assign(this, { input, list, status, server, roster, own, sync, desk, texts, onChoose });
    this.asked = 0;
    input.form.addEventListener("submit", (submitted) => {
      submitted.preventDefault();
      this.find();
    });
    input.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.find(), PAUSE_MS);
    });
  }

  async find() {
    clearTimeout(this.timer);
    const text = this.input.value.trim();
    this.asked += 1;
    const mine = this.asked;
    if (!text) return this.show([], "");
    const [items, words] = await this.hits(text);
    if (mine === this.asked) this.show(items, words || (items.length ? "" : this.texts.nobodyFound));
    return undefined;
  }

  // A phone in a hall often believes to be online when nothing answers: who can search here waits for no one.
  async hits(text) {
    const canHere = this.desk.may_search && this.roster.hasNames;
    try {
      if (!navigator.onLine || (canHere && !this.sync.isOnline)) throw new NoNetwork("offline");
      const { items } = await this.server.post("/search", { text }, canHere ? PATIENCE_MS : undefined);
      return [items, ""];
    } catch (failure) {
      if (!(failure instanceof NoNetwork)) return [[], failure.message];
      const names = canHere ? await this.roster.names(this.desk.token) : null;
      return names ? [this.here(names, text), ""] : [[], this.texts.searchOffline];
    }
  }

  here(names, text) {
    const digits = text.replace(/\D/g, "");
    const isNumber = digits.length >= SHORTEST_DIGITS && digits.length === text.replaceAll(" ", "").length;
    const found = names.filter(({ name, phone }) => (isNumber ? phone.endsWith(digits.slice(-4)) : name.includes(text)));
    return found.slice(0, MOST_HITS).flatMap(({ id }) => {
      const entry = this.roster.byId.get(id);
      return entry ? [{ attendee: this.roster.card(id), state: entry.state, inside: this.own.where(entry).isInside }] : [];
    });
  }

  show(items, words) {
    this.status.textContent = words;
    this.list.replaceChildren(...items.map((hit) => this.row(hit)));
  }

  row(hit) {
    const item = document.getElementById("hit-item").content.firstElementChild.cloneNode(true);
    const { attendee } = hit;
    item.querySelector("[data-name]").textContent = attendee.name;
    item.querySelector("[data-words]").textContent = `${attendee.phone_masked} · ${attendee.enterprise}`;
    item.querySelector("[data-state]").textContent = hit.state === "confirmed"
      ? (hit.inside ? this.texts.inside : "") : this.texts.states[hit.state];
    const button = item.querySelector("button");
    button.textContent = this.texts.directions[document.querySelector("input[name=direction]:checked").value];
    button.setAttribute("aria-label", this.texts.checkInNamed.replace("{name}", attendee.name));
    button.addEventListener("click", () => {
      this.onChoose(attendee);
      this.input.value = "";
      this.show([], "");
    });
    return item;
  }
}
