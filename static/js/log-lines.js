// Lines of a log by keyboard: arrows move, Enter takes the first suggestion, 1–5 another one, 0 ignores, F looks for somebody else.
const KEPT = "log-line";
const lines = [...document.querySelectorAll("[data-line]")];

document.addEventListener("keydown", (pressed) => {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey || pressed.target.matches("input, select, textarea")) return;
  if (pressed.key === "ArrowDown" || pressed.key === "ArrowUp") return move(pressed, pressed.key === "ArrowDown" ? 1 : -1);
  const line = document.activeElement.closest("[data-line]");
  if (!line) return;
  if (pressed.key === "Enter" && pressed.target === line) send(pressed, line, "[data-choice='1']");
  else if (/^[1-5]$/.test(pressed.key)) send(pressed, line, `[data-choice='${pressed.key}']`);
  else if (pressed.key === "0") send(pressed, line, "[data-ignore]");
  else if (pressed.key.toLowerCase() === "f") line.querySelector("[data-find]")?.click();
});

function move(pressed, step) {
  const place = lines.indexOf(document.activeElement.closest("[data-line]"));
  const next = lines[place < 0 ? 0 : place + step];
  if (!next) return;
  pressed.preventDefault();
  next.focus();
}

function send(pressed, line, selector) {
  const form = line.querySelector(selector);
  if (!form) return;
  pressed.preventDefault();
  form.requestSubmit();
}

// After a decision the page comes again: go on where the work was.
document.addEventListener("submit", (sent) => {
  const place = lines.indexOf(sent.target.closest("[data-line]"));
  if (place >= 0) sessionStorage.setItem(KEPT, `${location.pathname} ${place}`);
});
const [path, place] = (sessionStorage.getItem(KEPT) || "").split(" ");
sessionStorage.removeItem(KEPT);
if (path === location.pathname && lines.length) lines[Math.min(Number(place), lines.length - 1)].focus();
