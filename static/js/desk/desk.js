// The scanning desk: finds out which desk this phone is, and joins everything that belongs to one.
import { Server } from "./api.js";
import { CameraPanel } from "./camera-panel.js";
import { readCode } from "./codes.js";
import { Conflicts } from "./conflicts.js";
import { findDesk, forgetDesk, listDesks } from "./credentials.js";
import { Door } from "./door.js";
import { Ending, isOver } from "./ending.js";
import * as figures from "./figures.js";
import { GroupCard } from "./group.js";
import { hearScanner } from "./keys.js";
import { OwnScans } from "./own.js";
import { Recent } from "./recent.js";
import { Roster } from "./roster.js";
import { Search } from "./search.js";
import { Status } from "./status.js";
import { Store } from "./store.js";
import { Sync } from "./sync.js";
import { Undo } from "./undo.js";
import { VerdictScreen, clockTime, place } from "./verdict.js";
import { WalkIn } from "./walk-in.js";

const data = JSON.parse(document.getElementById("desk-data").textContent);
const { texts, sprite } = data;
const lesson = location.pathname.split("/")[2] || "";
const MINUTE_MS = 60000;
const find = (id) => document.getElementById(id);
place.timeZone = data.timezone;

// ---- which desk is this? ----

async function begin() {
  navigator.serviceWorker?.register(data.serviceWorker, { scope: "/desk/" }).catch(() => {});
  if (!window.indexedDB || !crypto.subtle) return tell("unsafe");
  await sweep();
  const desk = lesson ? await findDesk(lesson) : null;
  if (!lesson) return choose(await listDesks());
  if (!desk) return tell("no-desk");
  return run(desk);
}

// What is over goes, on whatever page of the desk this phone looks next; what waits to be sent stays.
async function sweep() {
  for (const desk of await listDesks()) {
    if (desk.lesson === lesson) continue;
    const store = new Store(desk.lesson);
    if (!isOver(desk, await store.head())) continue;
    const kept = (await Promise.all([store.scans(), store.walkIns(), store.undos()])).flat();
    if (!kept.some((one) => one.state !== "sent")) await forgetDesk(desk.lesson);
  }
}

function choose(desks) {
  if (desks.length === 1) return location.replace(`/desk/${desks[0].lesson}`);
  find("desk-choice").replaceChildren(...desks.map((desk) => {
    const item = document.createElement("li");
    const link = Object.assign(document.createElement("a"), { href: `/desk/${desk.lesson}`, textContent: desk.label });
    item.append(link);
    return item;
  }));
  return tell(desks.length ? "choose" : "no-desk");
}

function tell(state) {
  document.body.dataset.state = state;
  find("open-here").href = lesson ? `/desk/${lesson}/open` : "/staff/";
  document.body.dataset.ready = "true";
}

// ---- the desk ----

async function run(desk) {
  const store = new Store(lesson);
  const roster = new Roster(store, lesson);
  const own = new OwnScans(store, roster, desk);
  const began = performance.now();
  await Promise.all([roster.load(), own.load()]);
  performance.measure("desk-roster", { start: began });
  const server = new Server({
    base: `/api/v1/lessons/${lesson}`, token: desk.token, language: data.language, skew: roster.head?.skew,
  });

  const status = new Status(find("network"), sprite, texts);
  const screen = new VerdictScreen(find("verdict"), sprite, texts);
  const recent = new Recent(find("recent"), sprite, texts, { onUndo: (target, name) => undo.ask(target, name) });
  const conflicts = new Conflicts(
    { section: find("conflicts"), list: find("conflict-list"), count: find("conflict-count") }, { server, roster, texts },
  );
  const sync = new Sync(server, roster, own, {
    state: showState,
    told: ({ may_search: may, expires_at: until }) => { desk.may_search = may; desk.expires_at = until; },
    people: (entries) => {
      for (const entry of entries) recent.markConflict(entry.id, entry.conflict);
      showLesson();
      conflicts.follow();
    },
    answer: (scan, result) => {
      const local = own.scans.get(scan.uid) || scan;
      recent.update(local, { ...result, late: door.minutesLate(result.verdict, scan.occurred_at) });
      if (hasChanged(scan, result)) screen.show(result);
      showFigures();
    },
    walkIn: (walkIn, result) => {
      recent.update({ ...walkIn, state: "sent" }, { conflict: false, ...result });
      screen.show(result.verdict === "refused" ? { ...result, attendee: null } : result);
      if (result.verdict !== "refused" || !walkIns.refused(walkIn, result)) showState();
    },
    undo: (answered) => {
      showUndone(answered);
      if (answered.state === "aside") screen.show({ verdict: "undo_refused", message: answered.message });
    },
    ended: () => ending.end("revoked"),
  });
  const ending = new Ending({ server, roster, own, desk, texts }, { onChange: showState });
  const undo = new Undo({ server, own, sync, texts }, { onUndone: showUndone });
  const group = new GroupCard({ roster, own, texts }, { onConfirm: admitGroup });
  const door = new Door({ server, roster, own, sync, texts }, {
    result: (scan, result) => {
      if (scan) {
        asked.set(scan.uid, { verdict: scan.verdict, at: Date.now() });
        recent.put(scan, result);
      }
      screen.show(result);
      showFigures();
      showState();
    },
    group: (card, code) => { screen.hide(); group.show(card, code, direction()); },
  });
  const walkIns = new WalkIn({ server, roster, own, texts }, {
    onKept: (walkIn, { name, enterprise }) => {
      const result = { verdict: "kept", attendee: { id: "", name, enterprise }, message: texts.walkInKept, conflict: false };
      recent.put(walkIn, result);
      screen.show(result);
      showState();
      sync.nudge();
    },
  });
  const asked = new Map(); // uid → what was answered here, and when

  // Tell whether the server answers otherwise than this phone did a moment ago.
  function hasChanged(scan, result) {
    const before = asked.get(scan.uid);
    asked.delete(scan.uid);
    return before && before.verdict !== result.verdict && Date.now() - before.at < 10000;
  }

  async function admitGroup({ ids, code, group: card, direction: way }) {
    const results = [];
    for (const id of ids) {
      const found = { lookup: card.lookup, entry: roster.byId.get(id) || null, isRevoked: false };
      const [scan, result] = await door.keep({ code, attendee: id, direction: way, found });
      recent.put(scan, result);
      results.push(result);
    }
    const first = results.find((result) => !["admitted", "out"].includes(result.verdict)) || results[0];
    screen.show({ ...first, attendee: { id: "", name: texts.peopleTicked.replace("{count}", ids.length), enterprise: card.enterprise } });
    showFigures();
    showState();
    sync.nudge();
  }

  function scanned(what) {
    if (!sync.hasEnded) door.scanned({ ...what, direction: direction() });
  }

  // ---- what is shown of it all ----

  function showState() {
    status.show({ ...sync, isOnline: sync.isOnline, length: own.length, aside: own.aside.length });
    find("waiting-tools").hidden = !(own.length + own.aside.length) || Boolean(sync.hasEnded);
    find("aside").hidden = !own.aside.length;
    find("aside-words").textContent = texts.asideWords.replace("{count}", own.aside.length);
  }

  function showFigures() {
    if (roster.isLoaded) figures.put(find("figures"), figures.count(roster, own));
  }

  function showLesson() {
    showFigures();
    if (!roster.isLoaded) return;
    const { title, starts_at: starts, ends_at: ends, opens_at: opens, closes_at: closes } = roster.head.about;
    const now = server.now();
    find("desk-title").textContent = title || texts.desk;
    find("desk-about").textContent = `${desk.label} · ${dayOf(starts)} ${clockTime(starts)}—${clockTime(ends)}`;
    const notice = now < new Date(opens) ? texts.opensLater.replace("{time}", clockTime(opens))
      : now > new Date(closes) ? texts.closedAlready.replace("{time}", clockTime(closes)) : "";
    find("notice").hidden = !notice;
    find("notice-words").textContent = notice;
  }

  function showUndone(undo) {
    recent.undone(undo);
    showFigures();
    showState();
  }

  function showUnsent() {
    for (const undo of own.undos.values()) {
      recent.undone(undo);
      const scan = { uid: undo.target, occurred_at: undo.at, state: "sent" };
      const result = { verdict: undo.verdict, attendee: roster.card(undo.about), conflict: false };
      if (undo.state !== "sent" && own.scans.get(undo.target)?.state !== "waiting") recent.put(scan, result);
    }
    for (const scan of own.waiting.slice(-30)) {
      const { id } = scan.code && !scan.attendee ? readCode(scan.code) : { id: "" };
      const opened = id ? roster.openTicket(id) : Promise.resolve();
      opened.then(() => {
        if (own.scans.get(scan.uid)?.state !== "waiting") return;
        const late = door.minutesLate(scan.verdict, scan.occurred_at);
        recent.put(scan, { verdict: scan.verdict, attendee: roster.card(scan.about), conflict: false, late });
      });
    }
  }

  document.body.dataset.state = "desk";
  find("desk-about").textContent = desk.label;
  new Search({ input: find("search-text"), list: find("hits"), status: find("search-status") }, { server, roster, own, sync, desk, texts }, {
    onChoose: (attendee) => { roster.meet(attendee); scanned({ attendee: attendee.id }); },
  });
  new CameraPanel(data, { onCode: (code) => { if (!document.querySelector("dialog[open]")) scanned({ code }); } });
  hearScanner((code) => scanned({ code }));
  find("code-form").addEventListener("submit", (submitted) => {
    submitted.preventDefault();
    const input = find("code-text");
    if (input.value.trim()) scanned({ code: input.value.trim() });
    input.value = "";
  });
  for (const radio of document.querySelectorAll("input[name=direction]")) {
    radio.addEventListener("change", () => { document.body.dataset.direction = radio.value; });
  }

  showLesson();
  showState();
  showUnsent();
  conflicts.follow();
  if (desk.ended || isOver(desk, roster.head)) {
    sync.hasEnded = true;
    await ending.end(desk.ended || "expired");
  } else {
    sync.kick();
  }
  setInterval(() => {
    if (sync.hasEnded || !isOver(desk, roster.head)) return;
    sync.hasEnded = true;
    ending.end("expired");
  }, MINUTE_MS);
  document.body.dataset.ready = "true";
}

function direction() {
  return document.querySelector("input[name=direction]:checked").value;
}

function dayOf(instant) {
  return new Date(instant).toLocaleDateString("sv-SE", { timeZone: place.timeZone });
}

begin().catch((failure) => {
  console.error(failure);
  tell("unsafe"); // a browser that keeps nothing
});
