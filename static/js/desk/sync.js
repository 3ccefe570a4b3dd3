// Carries what waits to the server and brings back what others saw, one round after the other for ever.
import { NoNetwork, Refused } from "./api.js";

const MOST_SCANS = 500;
const MOST_WALK_INS = 50;
const ROUND_MS = 4000;
const HIDDEN_ROUND_MS = 20000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30000;
const HEARTBEAT_MS = 30000;
const WHOLE_ROSTER_MS = 300000;
const GONE = 401;

export class Sync {
  // on.answer(scan, result) · on.walkIn(walkIn, result) · on.undo(undo) · on.people(entries) · on.state() · on.ended(failure)
  constructor(server, roster, own, on) {
    Object.assign(this, { server, roster, own, on });
    this.isOnline = navigator.onLine;
    this.lastSync = roster.head?.isForOldKey ? 0 : roster.head?.synced || 0;
    this.failures = 0;
    this.most = MOST_SCANS;
    this.heartbeatAt = 0;
    addEventListener("online", () => {
      this.failures = 0; // of the time without network
      this.kick();
    });
    addEventListener("offline", () => this.mark(false));
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.kick(); });
  }

  // Something was added: a round may begin, unless the server is being waited for.
  nudge() {
    if (!this.failures) this.kick();
  }

  // Begin a round now, or right after the present one.
  kick() {
    if (this.hasEnded) return;
    clearTimeout(this.timer);
    if (this.isBusy) this.isAskedAgain = true;
    else this.round();
  }

  async round() {
    this.isBusy = true;
    this.isAskedAgain = false;
    let pause = document.hidden ? HIDDEN_ROUND_MS : ROUND_MS;
    try {
      if (!this.roster.isLoaded || this.roster.head.isForOldKey) await this.fetchRoster();
      else if (!this.roster.head.hasGroups) await this.fetchGroups(); // the last time was cut off
      const hasSent = await this.send();
      if (hasSent) this.failures = 0; // the server answers: what is lost now is asked for again soon
      await this.follow();
      this.failures = 0;
      await this.heartbeat(hasSent);
      this.lastSync = Date.now();
      this.roster.head.synced = this.lastSync;
      this.mark(true);
    } catch (failure) {
      pause = this.failed(failure);
    }
    this.isBusy = false;
    if (this.hasEnded) return;
    if (this.isAskedAgain && this.isOnline) this.kick();
    else this.timer = setTimeout(() => this.kick(), pause);
  }

  failed(failure) {
    if (failure instanceof Refused && failure.status === GONE) {
      this.hasEnded = true;
      this.on.ended(failure);
      return 0;
    }
    this.mark(!(failure instanceof NoNetwork) && this.isOnline);
    if (!(failure instanceof NoNetwork || failure instanceof Refused)) console.error(failure);
    this.failures += 1;
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** (this.failures - 1), LONGEST_PAUSE_MS);
    return Math.max(pause * (0.5 + Math.random()), failure.waitMs || 0);
  }

  mark(isOnline) {
    this.isOnline = isOnline;
    this.on.state();
  }

  // ---- upwards ----

  async send() {
    let hasSent = false;
    for (let batch = this.batch(); batch.length; batch = this.batch()) {
      await this.sendScans(batch);
      hasSent = true;
      this.mark(true);
    }
    for (const some of chunks(this.own.letters, MOST_WALK_INS)) {
      await this.sendWalkIns(some);
      hasSent = true;
      this.mark(true);
    }
    for (let [undo] = this.own.readyUndos; undo; [undo] = this.own.readyUndos) {
      await this.sendUndo(undo);
      hasSent = true;
      this.mark(true);
    }
    return hasSent;
  }

  batch() {
    return this.own.waiting.slice(0, this.most);
  }

  async sendScans(batch) {
    try {
      const { results } = await this.server.post("/scans", { scans: batch.map(asSent) });
      this.most = MOST_SCANS;
      await this.settle(batch, new Map(results.map((result) => [result.uid, result])));
    } catch (failure) {
      if (!isAboutContent(failure)) throw failure;
      await this.setAside(batch, failure);
    }
  }

  async settle(batch, answers) {
    const answered = batch.filter((scan) => answers.has(scan.uid));
    if (!answered.length) throw new NoNetwork("no answers");
    const settled = answered.map((scan) => {
      const { verdict, attendee } = answers.get(scan.uid);
      const state = verdict === "uid_mismatch" ? "aside" : "sent";
      return { ...scan, state, verdict, about: attendee?.id || scan.about };
    });
    await this.own.settle(settled);
    for (const scan of settled) {
      const result = answers.get(scan.uid);
      if (result.attendee) this.roster.meet(result.attendee);
      this.on.answer(scan, result);
    }
  }

  // A scan that the server cannot read must not keep the others waiting: it is put aside, visibly.
  // When the server does not say which one it is, smaller and smaller batches find it.
  async setAside(batch, failure) {
    const bad = new Map();
    for (const fault of failure.problem.errors || []) {
      const scan = fault.field.startsWith("scans.") && batch[Number(fault.field.split(".")[1])];
      if (scan) bad.set(scan.uid, fault.message);
    }
    if (!bad.size && batch.length > 1) {
      this.most = Math.ceil(batch.length / 2);
      return;
    }
    if (!bad.size) bad.set(batch[0].uid, failure.message);
    const put = batch.filter((scan) => bad.has(scan.uid)).map((scan) => ({ ...scan, state: "aside", verdict: "unreadable" }));
    await this.own.settle(put);
    for (const scan of put) {
      this.on.answer(scan, { uid: scan.uid, verdict: "unreadable", attendee: null, conflict: false, message: bad.get(scan.uid) });
    }
  }

  async sendWalkIns(some) {
    const results = await this.answersTo(some);
    for (const result of results) {
      const walkIn = this.own.walkIns.get(result.uid);
      if (!walkIn) continue;
      if (result.attendee) this.roster.meet(result.attendee);
      if (result.verdict === "refused") await this.own.addWalkIn({ ...walkIn, state: "aside", message: wordsOf(result) });
      else await this.own.dropWalkIn(result.uid);
      this.on.walkIn(walkIn, result);
    }
  }

  async sendUndo(undo) {
    const { uid, target, reason } = undo;
    let answered = { ...undo, state: "sent" };
    try {
      await this.server.post("/undo", { uid, target, reason });
    } catch (failure) {
      if (!isAboutContent(failure)) throw failure;
      answered = { ...undo, state: "aside", message: failure.message };
    }
    await this.own.putUndo(answered);
    this.on.undo(answered);
  }

  async answersTo(some) {
    try {
      return (await this.server.post("/walk-ins", { walk_ins: some.map(walkInAsSent) })).results;
    } catch (failure) {
      if (!isAboutContent(failure)) throw failure;
      if (some.length > 1) return (await Promise.all(some.map((one) => this.answersTo([one])))).flat();
      return [{ uid: some[0].uid, verdict: "refused", attendee: null, message: failure.message }];
    }
  }

  // ---- downwards ----

  async fetchRoster() {
    const sent = [...this.own.scans.values(), ...this.own.undos.values()].filter((one) => one.state === "sent").map((one) => one.uid);
    await this.roster.replace(await this.server.get("/roster"));
    await this.own.seen(sent);
    this.on.people([...this.roster.byId.values()]);
    await this.fetchGroups();
  }

  async fetchGroups() {
    await this.roster.takeGroups((await this.server.get("/groups")).groups);
  }

  async follow() {
    const { head } = this.roster;
    if (head.isStale && Date.now() - head.fetched > WHOLE_ROSTER_MS) return this.fetchRoster();
    for (let isMore = true; isMore;) {
      const changes = await this.server.get(`/changes?after=${this.roster.head.sequence}`);
      const entries = await this.roster.apply(changes);
      await this.own.seen(changes.items.filter((item) => item.fact).map((item) => item.fact.uid));
      if (changes.items.length) this.on.people(entries);
      isMore = changes.more;
    }
    return undefined;
  }

  async heartbeat(hasSent) {
    if (!hasSent && Date.now() - this.heartbeatAt < HEARTBEAT_MS) return;
    const told = { queue_length: this.own.length, device_time: new Date().toISOString() };
    this.on.told(await this.server.post("/heartbeat", told));
    this.heartbeatAt = Date.now();
    await this.roster.keepHead({ synced: this.heartbeatAt, skew: this.server.skew });
  }
}

export function asSent({ uid, code, attendee, direction, occurred_at, sequence }) {
  return { uid, ...(code ? { code } : {}), ...(attendee ? { attendee } : {}), direction, occurred_at, sequence };
}

export function undoAsSent({ uid, target, reason, occurred_at }) {
  return { uid, target, reason, occurred_at };
}

export function walkInAsSent({ uid, occurred_at, sequence, kid, box }) {
  return { uid, occurred_at, sequence, kid, box };
}

export function* chunks(all, size) {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
}

// Tell whether the server minds what was sent, rather than who sends it or where to.
function isAboutContent(failure) {
  return failure instanceof Refused && [400, 409, 413, 422].includes(failure.status);
}

// What the server says of a refusal; never what was typed.
function wordsOf({ message, errors }) {
  return [message, ...(errors || []).map((fault) => fault.message)].filter(Boolean).join(" ");
}
