// The signed sheet (form[data-paper]): arrow keys and Enter move, digits on a tick jump to that number, everybody at once with a way back.
const RESET_MS = 1200;
const form = document.querySelector("form[data-paper]");
const rows = [...form.querySelectorAll("tr[data-number]")];
const status = form.querySelector("[data-paper-status]");
const all = form.querySelector("[data-paper-all]");
const tickOf = (row) => row.querySelector("input[type=checkbox]");
const cellsOf = (row) => [...row.querySelectorAll("input:not([type=hidden])")];

let isDirty = false;
let typed = "";
let typedAt = 0;
let ticked = [];

form.addEventListener("keydown", (pressed) => {
  const row = pressed.target.closest("tr[data-number]");
  if (!row || pressed.ctrlKey || pressed.metaKey || pressed.altKey || pressed.isComposing) return;
  const column = cellsOf(row).indexOf(pressed.target);
  const place = rows.indexOf(row);
  if (pressed.key === "ArrowDown" || pressed.key === "Enter") move(pressed, place + 1, column);
  else if (pressed.key === "ArrowUp") move(pressed, place - 1, column);
  else if (pressed.key === "ArrowRight" && atEdge(pressed.target, "end")) move(pressed, place, column + 1);
  else if (pressed.key === "ArrowLeft" && atEdge(pressed.target, "start")) move(pressed, place, column - 1);
  else if (column === 0 && /^\d$/.test(pressed.key)) jump(pressed);
});

function move(pressed, place, column) {
  pressed.preventDefault();
  const target = rows[place] && cellsOf(rows[place])[column];
  if (target) focus(target);
}

function focus(target) {
  target.focus();
  if (target.type === "text") target.select();
}

function atEdge(input, side) {
  if (input.type !== "text") return true;
  const whole = input.selectionStart === 0 && input.selectionEnd === input.value.length;
  return whole || (side === "end" ? input.selectionStart === input.value.length : input.selectionEnd === 0);
}

function jump(pressed) {
  pressed.preventDefault();
  typed = (pressed.timeStamp - typedAt < RESET_MS ? typed : "") + pressed.key;
  typedAt = pressed.timeStamp;
  const row = rows.find((one) => one.dataset.number === typed);
  if (!row) return;
  focus(tickOf(row));
  status.textContent = status.dataset.jumped.replace("{n}", typed);
}

// A time says that somebody was there; without the tick there are no times.
form.addEventListener("input", (changed) => {
  const row = changed.target.closest("tr[data-number]");
  if (!row) return;
  isDirty = true;
  const tick = tickOf(row);
  if (changed.target.type === "text") tick.checked = tick.checked || changed.target.value.trim() !== "";
  else if (!tick.checked) cellsOf(row).slice(1).forEach((input) => (input.value = ""));
  count();
});

if (all) {
  all.hidden = false;
  const label = all.querySelector("span");
  const forward = label.textContent;
  all.addEventListener("click", () => {
    const back = ticked.length > 0;
    const chosen = back ? ticked : rows.map(tickOf).filter((tick) => !tick.checked && tick.dataset.leftOut === undefined);
    chosen.forEach((tick) => (tick.checked = !back));
    ticked = back ? [] : chosen;
    label.textContent = ticked.length ? all.dataset.undo : forward;
    isDirty = true;
    count();
  });
}

function count() {
  const line = form.querySelector("[data-paper-count]");
  if (!line) return;
  const here = rows.filter((row) => tickOf(row).checked).length;
  line.textContent = line.dataset.text.replace("{count}", here).replace("{all}", rows.length);
}

form.addEventListener("submit", () => (isDirty = false));
window.addEventListener("beforeunload", (leaving) => {
  if (isDirty) leaving.preventDefault();
});
count();
