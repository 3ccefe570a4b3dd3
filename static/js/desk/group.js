// A group's card: all people of one registration, ticked as they came, written down by one press.
const find = (id) => document.getElementById(id);

export class GroupCard {
  // onConfirm({ids, code, group})
  constructor({ roster, own, texts }, { onConfirm }) {
    Object.assign(this, { roster, own, texts });
    this.dialog = find("group");
    this.list = find("group-list");
    find("group-all").addEventListener("change", ({ target }) => {
      for (const box of this.boxes()) box.checked = target.checked;
      this.counted();
    });
    this.list.addEventListener("change", () => this.counted());
    find("group-cancel").addEventListener("click", () => this.dialog.close());
    find("group-form").addEventListener("submit", (submitted) => {
      submitted.preventDefault();
      const ids = this.boxes().filter((box) => box.checked).map((box) => box.value);
      if (!ids.length) return;
      this.dialog.close();
      onConfirm({ ids, ...this.shown });
    });
  }

  show(group, code, direction) {
    this.shown = { group, code, direction };
    find("group-enterprise").textContent = group.enterprise;
    this.list.replaceChildren(...group.ids.map((id) => this.row(id)));
    find("group-all").checked = false;
    this.counted();
    if (!this.dialog.open) this.dialog.showModal();
  }

  row(id) {
    const item = find("group-item").content.firstElementChild.cloneNode(true);
    const entry = this.roster.byId.get(id);
    const person = this.roster.people.get(id);
    const box = item.querySelector("input");
    box.value = id;
    box.disabled = entry?.state !== "confirmed";
    item.querySelector("[data-name]").textContent = person.name;
    item.querySelector("[data-words]").textContent = person.phone;
    const isInside = entry && this.own.where(entry).isInside;
    const state = box.disabled ? this.texts.states[entry?.state] : isInside ? this.texts.inside : "";
    item.querySelector("[data-state]").textContent = state || "";
    return item;
  }

  boxes() {
    return [...this.list.querySelectorAll("input:not(:disabled)")];
  }

  counted() {
    const boxes = this.boxes();
    const ticked = boxes.filter((box) => box.checked).length;
    find("group-all").indeterminate = ticked > 0 && ticked < boxes.length;
    find("group-all").checked = boxes.length > 0 && ticked === boxes.length;
    find("group-send").disabled = !ticked;
    find("group-count").textContent = this.texts.peopleTicked.replace("{count}", ticked);
  }
}
