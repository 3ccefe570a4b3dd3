// The board of a lesson asks again by itself while somebody looks at it, and says so when it cannot.
const PERIOD_MS = 5000;
const UNCHANGED = 304;
const board = document.querySelector("[data-board]");
const time = document.querySelector("[data-board-time]");
const trouble = document.querySelector("[data-board-trouble]");
let tag = board.dataset.tag;
let shown = { open: [], focused: -1 };

function ask() {
  if (!document.hidden) window.htmx.trigger(board, "board:ask");
}

function summaries() {
  return [...board.querySelectorAll("summary")];
}

function clockTime(instant) {
  return instant.toLocaleTimeString("zh-CN", { timeZone: board.dataset.timezone, hourCycle: "h23" });
}

board.addEventListener("htmx:configRequest", (made) => { made.detail.headers["If-None-Match"] = tag; });

board.addEventListener("htmx:beforeSwap", (came) => {
  if (came.detail.xhr.status === UNCHANGED) came.detail.shouldSwap = false;
  if (!came.detail.shouldSwap) return;
  tag = came.detail.xhr.getResponseHeader("ETag") ?? "";
  const all = summaries();
  shown = { open: all.map((one) => one.parentElement.open), focused: all.indexOf(document.activeElement) };
});

// What was unfolded stays so; links keep the focus by their ids.
board.addEventListener("htmx:afterSwap", () => {
  const all = summaries();
  for (const [number, one] of all.entries()) one.parentElement.open = shown.open[number] ?? false;
  all[shown.focused]?.focus({ preventScroll: true });
});

board.addEventListener("htmx:afterRequest", (done) => {
  const isGood = done.detail.successful === true;
  trouble.hidden = isGood;
  if (isGood) time.textContent = clockTime(new Date(done.detail.xhr.getResponseHeader("Date") ?? Date.now()));
});

document.querySelector("[data-board-live]").hidden = false;
document.addEventListener("visibilitychange", ask);
setInterval(ask, PERIOD_MS);
