// Lists of equal groups of fields ([data-repeater="attendees"], made by the macro forms.repeater).
//
// "Add" copies the <template>, "remove" takes a row away; names and ids are renumbered so that they always run
// attendees-0-…, attendees-1-…; data-min and data-max bound the number of rows. After each change the container
// sends "repeater:changed" with {count} for code that shows a total.
for (const list of document.querySelectorAll("[data-repeater]")) start(list);

function start(list) {
  const prefix = list.dataset.repeater;
  const rows = list.querySelector("[data-repeater-rows]");
  const template = list.querySelector("template");
  const addButton = list.querySelector("[data-repeater-add]");
  const status = list.querySelector("[data-repeater-status]");
  const least = Number(list.dataset.min ?? 0);
  const most = Number(list.dataset.max ?? Infinity);

  addButton.addEventListener("click", () => {
    if (rows.children.length >= most) return;
    rows.append(template.content.cloneNode(true));
    changed(status.dataset.added);
    rows.lastElementChild.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  });

  rows.addEventListener("click", (clicked) => {
    const row = clicked.target.closest("[data-repeater-remove]")?.closest("[data-repeater-row]");
    if (!row || rows.children.length <= least) return;
    const neighbour = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    changed(status.dataset.removed);
    (neighbour?.querySelector("input:not([type=hidden]), select, textarea") ?? addButton).focus();
  });

  show();

  function changed(words) {
    [...rows.children].forEach((row, number) => renumber(row, prefix, number));
    show();
    status.textContent = "";
    requestAnimationFrame(() => { status.textContent = words; });
    list.dispatchEvent(new CustomEvent("repeater:changed", { bubbles: true, detail: { count: rows.children.length } }));
  }

  function show() {
    addButton.hidden = rows.children.length >= most;
    for (const button of rows.querySelectorAll("[data-repeater-remove]")) button.hidden = rows.children.length <= least;
  }
}

const REFERENCES = ["name", "id", "for", "aria-describedby", "aria-labelledby", "list"];

function renumber(row, prefix, number) {
  const numbered = new RegExp(`(^|[ -])${prefix}-(?:\\d+|__n__)-`, "g");
  for (const element of row.querySelectorAll("*")) {
    for (const attribute of REFERENCES) {
      const value = element.getAttribute(attribute);
      if (value) element.setAttribute(attribute, value.replace(numbered, `$1${prefix}-${number}-`));
    }
  }
  const shown = row.querySelector("[data-repeater-number]");
  if (shown) shown.textContent = number + 1;
}
