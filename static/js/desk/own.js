// The scans of this desk that the roster does not know of yet, and what they make of the people in it.
import { walk, without } from "./judge.js";

const COUNTED = ["admitted", "already_in", "out", "not_in"];
const EPOCH = 1.6e9; // numbers go on rising after everything was wiped

export class OwnScans {
  constructor(store, roster, desk) {
    Object.assign(this, { store, roster, desk });
    this.scans = new Map(); // uid → scan, in the order in which they were made
    this.walkIns = new Map();
    this.undos = new Map();
  }

  async load() {
    const [scans, walkIns, undos] = await Promise.all([this.store.scans(), this.store.walkIns(), this.store.undos()]);
    for (const scan of scans.sort((one, other) => one.sequence - other.sequence)) this.scans.set(scan.uid, scan);
    for (const walkIn of walkIns) this.walkIns.set(walkIn.uid, walkIn);
    for (const undo of undos.sort((one, other) => one.sequence - other.sequence)) this.undos.set(undo.uid, undo);
    const all = [...scans, ...walkIns, ...undos].map((one) => one.sequence);
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

  get waitingUndos() {
    return [...this.undos.values()].filter((one) => one.state === "waiting");
  }

  // Those whose scan has been sent: one before its scan would find nothing to undo.
  get readyUndos() {
    const unsent = new Set([...this.waiting, ...this.letters].map((one) => one.uid));
    return this.waitingUndos.filter((undo) => !unsent.has(undo.target));
  }

  get length() {
    return this.waiting.length + this.letters.length + this.waitingUndos.length;
  }

  get aside() {
    return [...this.in("aside"), ...[...this.walkIns.values(), ...this.undos.values()].filter((one) => one.state === "aside")];
  }

  // Give what takes a scan back, unless the server did not want to.
  undoOf(uid) {
    return [...this.undos.values()].find((undo) => undo.target === uid && undo.state !== "aside");
  }

  // Where somebody is: as the server saw it, and as this desk has seen since.
  where(entry) {
    let seen = {
      isInside: entry.inside,
      desk: entry.inside ? entry.first_in_desk : null,
      isConflict: entry.conflict,
      firstIn: entry.first_in_at && { at: Date.parse(entry.first_in_at), desk: entry.first_in_desk },
    };
    for (const undo of this.undos.values()) {
      if (undo.about === entry.id && undo.state !== "aside" && !this.scans.has(undo.target)) seen = without(seen, undo);
    }
    return { ...walk(this.factsOf(entry.id), seen), isTakenBack: Boolean(seen.isTakenBack) };
  }

  factsOf(id) {
    const counted = [...this.scans.values()].filter((scan) => scan.about === id && scan.state !== "aside" && COUNTED.includes(scan.verdict));
    return counted.filter((scan) => !this.undoOf(scan.uid)).map((scan) => ({ uid: scan.uid, at: Date.parse(scan.occurred_at), direction: scan.direction, desk: this.desk.label }));
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
    const undone = uids.filter((uid) => this.undos.get(uid)?.state === "sent");
    if (undone.length) await this.dropUndos(undone);
  }

  async putUndo(undo) {
    this.undos.set(undo.uid, undo);
    await this.store.putUndo(undo);
  }

  async dropUndos(uids) {
    for (const uid of uids) this.undos.delete(uid);
    await this.store.dropUndos(uids);
  }

  async addWalkIn(walkIn) {
    this.walkIns.set(walkIn.uid, walkIn);
    await this.store.putWalkIn(walkIn);
  }

  async dropWalkIn(uid) {
    this.walkIns.delete(uid);
    await this.store.dropWalkIns([uid]);
  }

  // Let go of scans for good: handed over, or undone.
  async drop(uids) {
    for (const uid of uids) this.scans.delete(uid);
    await this.store.dropScans(uids);
  }
}
