// Finding a person by name or by the last digits of the phone, and checking them in by hand.
import { NoNetwork } from "./api.js";

const PAUSE_MS = 250;

export class Search {
  constructor({ input, list, status }, server, texts, { onChoose }) {
    Object.assign(this, { input, list, status, server, texts, onChoose });
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
    try {
      const { items } = await this.server.post("/search", { text });
      if (mine === this.asked) this.show(items, items.length ? "" : this.texts.nobodyFound);
    } catch (failure) {
      if (mine === this.asked) this.show([], failure instanceof NoNetwork ? this.texts.searchOffline : failure.message);
    }
    return undefined;
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
