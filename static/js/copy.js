// Buttons that copy their text or print the page; they show themselves only where that works.
const SHOWN_MS = 2000;

if (navigator.clipboard) for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
for (const button of document.querySelectorAll("[data-print]")) button.hidden = false;

document.addEventListener("click", async (clicked) => {
  if (clicked.target.closest("[data-print]")) window.print();
  const button = clicked.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const words = button.querySelector("[role=status]");
  const before = words.textContent;
  if (before === button.dataset.copied) return;
  words.textContent = button.dataset.copied;
  setTimeout(() => { words.textContent = before; }, SHOWN_MS);
});
