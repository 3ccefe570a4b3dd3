// The scans of this desk that the roster does not know of yet, and what they make of the people in it.
import { walk } from "./judge.js";

const COUNTED = ["admitted", "already_in", "out", "not_in"];
const EPOCH = 1.6e9; // numbers go on rising after everything was wiped

export class OwnScans {
  constructor(store, roster, desk) {
    Object.assign(this, { store, roster, desk });
    this.scans = new Map(); // uid → scan, in the order in which they were made
    this.walkIns = new Map();
  }

  async load() {
    const [scans, walkIns] = await Promise.all([this.store.scans(), this.store.walkIns()]);
    for (const scan of scans.sort((one, other) => one.sequence - other.sequence)) this.scans.set(scan.uid, scan);
    for (const walkIn of walkIns) this.walkIns.set(walkIn.uid, walkIn);
    const all = [...scans, ...walkIns].map((one) => one.sequence);
    this.number = all.reduce((most, one) => Math.max(most, one), Math.floor(Date.now() / 1000 - EPOCH));
  }

  next() {
    this.number += 1;
    return this.number;
  }

  // Hold a scan in memory at once, so that the next one is judged with it; the disk follows.
  async add(scan) {
    this.scans.set(scan.uid, scan);
    await this.store.putScans([scan]);
  }

  in(state) {
    return [...this.scans.values()].filter((scan) => scan.state === state);
  }

  get waiting() {
    return this.in("waiting");
  }

  get letters() {
    return [...this.walkIns.values()].filter((one) => one.state === "waiting");
  }

  get length() {
    return this.waiting.length + this.letters.length;
  }

  get aside() {
    return [...this.in("aside"), ...[...this.walkIns.values()].filter((one) => one.state === "aside")];
  }

  // Where somebody is: as the server saw it, and as this desk has seen since.
  where(entry) {
    const seen = {
      isInside: entry.inside,
      desk: entry.inside ? entry.first_in_desk : null,
      isConflict: entry.conflict,
      firstIn: entry.first_in_at && { at: Date.parse(entry.first_in_at), desk: entry.first_in_desk },
    };
    return walk(this.factsOf(entry.id), seen);
  }

  factsOf(id) {
    const counted = [...this.scans.values()].filter((scan) => scan.about === id && scan.state !== "aside" && COUNTED.includes(scan.verdict));
    return counted.map((scan) => ({ uid: scan.uid, at: Date.parse(scan.occurred_at), direction: scan.direction, desk: this.desk.label }));
  }

  // The server has answered: codes leave the disk; scans stay until the feed shows them.
  async settle(scans) {
    for (const scan of scans) this.scans.set(scan.uid, scan);
    await this.store.putScans(scans);
  }

  // The roster now says what these scans said.
  async seen(uids) {
    const known = uids.filter((uid) => this.scans.get(uid)?.state === "sent");
    for (const uid of known) this.scans.delete(uid);
    if (known.length) await this.store.dropScans(known);
  }

  async addWalkIn(walkIn) {
    this.walkIns.set(walkIn.uid, walkIn);
    await this.store.putWalkIn(walkIn);
  }

  async dropWalkIn(uid) {
    this.walkIns.delete(uid);
    await this.store.dropWalkIns([uid]);
  }

  // Let go of a scan for good: handed over, or undone before it was sent.
  async drop(uids) {
    for (const uid of uids) this.scans.delete(uid);
    await this.store.dropScans(uids);
  }
}
