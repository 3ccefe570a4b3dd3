// What this phone keeps of one lesson: the roster in its boxes, scans, walk-ins and undos until they are answered.
import { database, write } from "./database.js";

export class Store {
  constructor(lesson) {
    this.lesson = lesson;
  }

  // ---- the roster, as it came; its head is small and changes often ----

  async head() {
    return (await database()).get("heads", this.lesson);
  }

  async roster() {
    return (await database()).get("rosters", this.lesson);
  }

  async entries() {
    return (await database()).getAllFromIndex("entries", "lesson", this.lesson);
  }

  // A whole roster takes the place of the last one and of all that changed since.
  async putRoster(head, { attendees, groups, revoked, search }) {
    const keys = await (await database()).getAllKeysFromIndex("entries", "lesson", this.lesson);
    await write(["rosters", "heads", "entries"], (transaction) => [
      ...keys.map((key) => transaction.objectStore("entries").delete(key)),
      transaction.objectStore("rosters").put({ lesson: this.lesson, attendees, groups, revoked, search }),
      transaction.objectStore("heads").put({ ...head, lesson: this.lesson }),
    ]);
  }

  async putGroups(head, groups) {
    const kept = await this.roster();
    await write(["rosters", "heads"], (transaction) => [
      transaction.objectStore("rosters").put({ ...kept, groups }),
      transaction.objectStore("heads").put({ ...head, lesson: this.lesson }),
    ]);
  }

  // Keep what changed beside the roster: people anew, and up to where the feed was read.
  async putChanges(head, entries) {
    await write(["heads", "entries"], (transaction) => [
      transaction.objectStore("heads").put({ ...head, lesson: this.lesson }),
      ...entries.map((entry) => transaction.objectStore("entries").put({ ...entry, lesson: this.lesson })),
    ]);
  }

  // ---- scans, walk-ins, what was taken back ----

  async scans() {
    return (await database()).getAllFromIndex("scans", "lesson", this.lesson);
  }

  async walkIns() {
    return (await database()).getAllFromIndex("walk_ins", "lesson", this.lesson);
  }

  async undos() {
    return (await database()).getAllFromIndex("undos", "lesson", this.lesson);
  }

  putScans(scans) {
    return write(["scans"], (transaction) => scans.map((scan) => transaction.objectStore("scans").put(onDisk(scan, this.lesson))));
  }

  putWalkIn(walkIn) {
    return write(["walk_ins"], (transaction) => [transaction.objectStore("walk_ins").put({ ...walkIn, lesson: this.lesson })]);
  }

  dropScans(uids) {
    return write(["scans"], (transaction) => uids.map((uid) => transaction.objectStore("scans").delete(uid)));
  }

  dropWalkIns(uids) {
    return write(["walk_ins"], (transaction) => uids.map((uid) => transaction.objectStore("walk_ins").delete(uid)));
  }

  putUndo(undo) {
    return write(["undos"], (transaction) => [transaction.objectStore("undos").put({ ...undo, lesson: this.lesson })]);
  }

  dropUndos(uids) {
    return write(["undos"], (transaction) => uids.map((uid) => transaction.objectStore("undos").delete(uid)));
  }
}

// What is written of a scan; the code only as long as the server has not answered.
function onDisk(scan, lesson) {
  const { uid, code, attendee, direction, occurred_at, sequence, lookup, about, state, verdict } = scan;
  const kept = { uid, lesson, direction, occurred_at, sequence, lookup, about, state, verdict };
  return state === "sent" ? kept : { ...kept, code, attendee };
}
