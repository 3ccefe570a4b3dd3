// A USB or Bluetooth scanner types into whatever has the focus; when nothing does, its keys are gathered here.
const PAUSE_MS = 500;
const SHORTEST = 6;
const TAKES_KEYS = "input, select, textarea, button, a, summary, dialog";

export function hearScanner(onCode) {
  let typed = "";
  let lastKey = 0;
  document.addEventListener("keydown", (pressed) => {
    if (pressed.target.closest(TAKES_KEYS) || pressed.ctrlKey || pressed.metaKey) return;
    if (Date.now() - lastKey > PAUSE_MS) typed = "";
    lastKey = Date.now();
    if (pressed.key === "Enter") {
      if (typed.length >= SHORTEST) onCode(typed);
      typed = "";
    } else if (pressed.key.length === 1) {
      typed += pressed.key;
    }
  });
}
