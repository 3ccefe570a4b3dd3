// The screen of a hall: a fresh code at every step of the server's clock, the time, who has come; no code rather than an old one.
const page = document.body;
const find = (id) => document.getElementById(id);
const OFTEN_MS = 5000; // between two questions, so that the count follows
const RETRY_MS = 1000;
const LATE_MS = 5000; // a code that was to be replaced so long ago is hidden, well before it is refused
const PATIENCE_MS = 4000;

// The device's clock may be wrong or jump: time is the server's, carried on by the monotonic clock.
let offset = Date.parse(page.dataset.serverTime) - performance.now();
let nextAt = Date.parse(page.dataset.next);
let timer;
let asked = 0;
const serverNow = () => performance.now() + offset;

function show(state) {
  offset = Date.parse(state.server_time) - performance.now();
  nextAt = Date.parse(state.next_at);
  const image = new Image();
  image.alt = find("hall-code").dataset.name;
  image.src = `data:image/svg+xml,${encodeURIComponent(state.svg)}`;
  find("hall-code").replaceChildren(image);
  find("hall-came").textContent = state.came;
  find("hall-expected").textContent = state.expected;
  if (find("hall-notice").textContent !== state.notice) find("hall-notice").textContent = state.notice;
  page.dataset.asked = ++asked;
  trouble("");
}

function trouble(kind) {
  find("hall-trouble").hidden = !kind;
  find("hall-code").hidden = Boolean(kind);
  for (const words of document.querySelectorAll("[data-trouble]")) words.hidden = words.dataset.trouble !== kind;
}

function hideWhatIsOld() {
  if (serverNow() > nextAt + LATE_MS && find("hall-trouble").hidden) trouble("network");
}

async function ask() {
  clearTimeout(timer);
  let wait = RETRY_MS;
  try {
    const answer = await fetch(page.dataset.code, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok) {
      show(await answer.json());
      wait = Math.max(50, Math.min(OFTEN_MS, nextAt - serverNow() + 100));
    } else if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403 || answer.status === 404) {
      trouble("signed-out");
      wait = OFTEN_MS;
    }
  } catch {
    // no network: asked again below, and the code goes when it is old
  }
  hideWhatIsOld();
  clearTimeout(timer);
  timer = setTimeout(ask, wait);
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: page.dataset.timezone });
function tick() {
  find("hall-clock").textContent = clock.format(serverNow());
  hideWhatIsOld();
  setTimeout(tick, 1000 - (serverNow() % 1000) + 5);
}

async function stayAwake() {
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // refused, for example to save the battery: the screen's own settings decide
  }
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  hideWhatIsOld();
  stayAwake();
  ask();
});

if (document.fullscreenEnabled) {
  find("hall-full").hidden = false;
  find("hall-full").addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen();
  });
}

find("hall-code").dataset.name = find("hall-code").querySelector("title")?.textContent ?? "";
stayAwake();
tick();
timer = setTimeout(ask, Math.max(50, Math.min(OFTEN_MS, nextAt - serverNow() + 100)));
