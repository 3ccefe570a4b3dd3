// The scanning desk: joins camera, keyboard, search, queue, figures and the answer on the screen.
import { NoNetwork, Refused, Server } from "./api.js";
import { Camera } from "./camera.js";
import { Counter } from "./counter.js";
import { Queue, newUid } from "./queue.js";
import { Reader } from "./reader.js";
import { Recent } from "./recent.js";
import { Search } from "./search.js";
import { sound, unlock } from "./signals.js";
import { VerdictScreen, place } from "./verdict.js";

const data = JSON.parse(document.getElementById("desk-data").textContent);
const { texts } = data;
place.timeZone = data.timezone;
const find = (id) => document.getElementById(id);

const server = new Server({ base: data.api, token: data.token, language: data.language, serverTime: data.server_time });
const screen = new VerdictScreen(find("verdict"), data.sprite, texts);
const recent = new Recent(find("recent"), data.sprite, texts, { onUndo: askUndo });
const counter = new Counter(find("figures"), server, data.sequence, {
  onConflict: (attendee) => recent.markConflict(attendee),
  onOnline: (isOnline) => { if (!queue.waiting.length) queue.isOnline = isOnline; showNetwork(); },
});
const queue = new Queue(server, {
  onAnswer: (scan, result) => {
    recent.put(scan, result);
    if (!scan.wasDelayed || result.verdict !== "admitted") screen.show(result);
    counter.follow();
  },
  onChange: showNetwork,
  onRefused: (failure) => { find("closed").hidden = false; find("closed-words").textContent = failure.message; },
});
const camera = new Camera(find("video"), { onCode: (code) => scanned({ code }) });
new Search({ input: find("search-text"), list: find("hits"), status: find("search-status") }, server, texts, {
  onChoose: (attendee) => scanned({ attendee: attendee.id }, attendee),
});

// ---- a scan, wherever it comes from ----

function scanned(what, attendee = null) {
  const direction = document.querySelector("input[name=direction]:checked").value;
  const scan = queue.add({ ...what, direction });
  setTimeout(() => {
    if (!queue.waiting.includes(scan)) return;
    recent.put(scan, { verdict: "waiting", attendee, conflict: false });
    if (!queue.isOnline) screen.show({ verdict: "waiting", attendee, message: texts.waitingHelp });
  }, 700);
}

find("code-form").addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  const input = find("code-text");
  if (input.value.trim()) scanned({ code: input.value.trim() });
  input.value = "";
});

// A USB scanner types into whatever has the focus; when nothing does, its keys are gathered here.
let typed = "";
let lastKey = 0;
document.addEventListener("keydown", (pressed) => {
  if (pressed.target.closest("input, select, textarea, button, a, summary, dialog") || pressed.ctrlKey || pressed.metaKey) return;
  if (Date.now() - lastKey > 500) typed = "";
  lastKey = Date.now();
  if (pressed.key === "Enter") {
    if (typed.length > 5) scanned({ code: typed });
    typed = "";
  } else if (pressed.key.length === 1) {
    typed += pressed.key;
  }
});

// ---- camera ----

let reader;
function codeReader() {
  reader ||= new Reader(data.reader);
  return reader.ready.then(() => reader);
}

async function startCamera(deviceId = "") {
  unlock();
  const button = find("camera-start");
  button.disabled = true;
  find("camera-help").hidden = true;
  find("camera-words").textContent = texts.starting;
  try {
    if (!navigator.mediaDevices) throw new DOMException("", "InsecureContext");
    const [ready] = await Promise.all([codeReader(), navigator.mediaDevices]);
    await camera.start(ready, deviceId);
    find("camera").dataset.state = "on";
    find("camera-words").textContent = texts.looking;
    await showCameraTools();
  } catch (failure) {
    camera.stop();
    find("camera").dataset.state = "off";
    find("camera-words").textContent = texts.cameraFaults[failure.name] || texts.cameraFaults.other;
    find("camera-help").hidden = failure.name !== "NotAllowedError";
  }
  button.disabled = false;
}

async function showCameraTools() {
  find("torch").hidden = !camera.hasTorch();
  const devices = await camera.others();
  const choice = find("camera-choice");
  const current = camera.track().getSettings().deviceId;
  choice.replaceChildren(...devices.map((device, index) => {
    const label = device.label || texts.cameraNumber.replace("{number}", index + 1);
    return new Option(label, device.deviceId, false, device.deviceId === current);
  }));
  choice.closest("label").hidden = devices.length < 2;
}

find("camera-start").addEventListener("click", () => startCamera());
find("camera-choice").addEventListener("change", (changed) => startCamera(changed.target.value));
find("camera-stop").addEventListener("click", () => {
  camera.stop();
  find("camera").dataset.state = "off";
  find("camera-words").textContent = texts.cameraOff;
});
find("torch").addEventListener("click", async ({ currentTarget: button }) => {
  const isOn = button.getAttribute("aria-pressed") !== "true";
  await camera.setTorch(isOn).catch(() => {});
  button.setAttribute("aria-pressed", String(isOn));
});
find("sound").addEventListener("click", ({ currentTarget: button }) => {
  unlock();
  sound.isOn = !sound.isOn;
  button.setAttribute("aria-pressed", String(sound.isOn));
  button.querySelector("use").setAttribute("href", `${data.sprite}#${sound.isOn ? "volume" : "volume-off"}`);
});

find("photo").addEventListener("change", async (changed) => {
  const [file] = changed.target.files;
  changed.target.value = "";
  if (!file) return;
  find("camera-words").textContent = texts.starting;
  try {
    const ready = await codeReader();
    const codes = await ready.read(await createImageBitmap(file));
    find("camera-words").textContent = codes.length ? "" : texts.noCodeInPhoto;
    if (codes.length) scanned({ code: codes[0] });
  } catch {
    find("camera-words").textContent = texts.cameraFaults.other;
  }
});

// ---- undo ----

const dialog = find("undo");
let undoing = null;

function askUndo(what) {
  undoing = { ...what, undoUid: newUid() };
  find("undo-name").textContent = what.name;
  find("undo-fault").textContent = "";
  dialog.showModal();
}

find("undo-form").addEventListener("submit", async (submitted) => {
  submitted.preventDefault();
  const reason = find("undo-reason").value.trim();
  if (reason.length < 2) {
    find("undo-fault").textContent = texts.reasonMissing;
    return;
  }
  try {
    await server.post("/undo", { uid: undoing.undoUid, target: undoing.uid, reason });
    recent.undone(undoing.item);
    find("undo-reason").value = "";
    dialog.close();
    counter.follow();
  } catch (failure) {
    find("undo-fault").textContent = failure instanceof NoNetwork ? texts.undoOffline : failure.message;
    if (failure instanceof Refused) undoing.undoUid = newUid();
  }
});
find("undo-cancel").addEventListener("click", () => dialog.close());
for (const chip of document.querySelectorAll("[data-reason]")) {
  chip.addEventListener("click", () => { find("undo-reason").value = chip.dataset.reason; });
}

// ---- the state of things ----

function showNetwork() {
  const place = find("network");
  const { length } = queue.waiting;
  place.dataset.online = String(queue.isOnline);
  const words = queue.isOnline ? texts.online : texts.offline.replace("{count}", length);
  if (place.textContent !== words) place.textContent = words;
}

addEventListener("beforeunload", (leaving) => { if (queue.waiting.length) leaving.preventDefault(); });
for (const radio of document.querySelectorAll("input[name=direction]")) {
  radio.addEventListener("change", () => { document.body.dataset.direction = radio.value; });
}
document.body.dataset.ready = "true";
showNetwork();
