// Questions before an act (details[data-confirm]): one open at a time, Escape or "no" closes and gives the focus back.
for (const button of document.querySelectorAll("[data-confirm-close]")) button.hidden = false;

document.addEventListener("toggle", (toggled) => {
  const box = toggled.target;
  if (!box.matches?.("[data-confirm]") || !box.open) return;
  for (const other of document.querySelectorAll("[data-confirm][open]")) if (other !== box) other.open = false;
}, true);

document.addEventListener("click", (clicked) => {
  if (clicked.target.closest("[data-confirm-close]")) close(clicked.target.closest("[data-confirm]"));
});

document.addEventListener("keydown", (pressed) => {
  if (pressed.key === "Escape") close(pressed.target.closest?.("[data-confirm][open]"));
});

function close(box) {
  if (!box) return;
  box.open = false;
  box.querySelector("summary").focus();
}
