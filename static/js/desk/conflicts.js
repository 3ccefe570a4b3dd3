// Who was checked in at two desks: a list that stays until an organiser has looked at it.
import { clockTime } from "./verdict.js";

export class Conflicts {
  constructor({ section, list, count }, { server, roster, texts }) {
    Object.assign(this, { section, list, count, server, roster, texts });
    this.shown = "";
  }

  // Ask the server when the set of conflicts has changed; without network show what the roster says.
  async follow() {
    const marked = [...this.roster.byId.values()].filter((entry) => entry.conflict);
    const key = marked.map((entry) => entry.id).sort().join();
    if (key === this.shown) return;
    this.shown = key;
    let items = marked.map((entry) => ({ attendee: entry, facts: [] }));
    try {
      if (items.length) ({ items } = await this.server.get("/conflicts"));
    } catch {
      this.shown = "";
    }
    this.show(items);
  }

  show(items) {
    this.section.hidden = !items.length;
    this.count.textContent = items.length;
    this.list.replaceChildren(...items.map((item) => this.row(item)));
  }

  row({ attendee, facts }) {
    const item = document.getElementById("conflict-item").content.firstElementChild.cloneNode(true);
    const { name, enterprise } = this.roster.card(attendee.id);
    item.dataset.attendee = attendee.id;
    item.querySelector("[data-name]").textContent = name || this.texts.nameUnread;
    const seen = facts.map((fact) => `${fact.desk || ""} ${clockTime(fact.effective_at)}`.trim());
    item.querySelector("[data-words]").textContent = [enterprise, ...seen].filter(Boolean).join(" · ");
    return item;
  }
}
