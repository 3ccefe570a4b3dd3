// Counts down to an instant: [data-until], worded by data-words with {time} in it; data-over when it has passed.
const SECOND_MS = 1000;

for (const place of document.querySelectorAll("[data-until]")) {
  const until = Date.parse(place.dataset.until);
  const timer = setInterval(() => {
    const left = Math.ceil((until - Date.now()) / SECOND_MS);
    if (left <= 0) clearInterval(timer);
    place.textContent = left <= 0 ? place.dataset.over : place.dataset.words.replace("{time}", clock(left));
  }, SECOND_MS);
}

function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
