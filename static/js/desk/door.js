// A scan from the code to the answer: opened, judged here, on the disk, only then shown; the server hears later.
import { newUid, readCode } from "./codes.js";
import { judge } from "./judge.js";

const NOTHING = { lookup: "", entry: null, isRevoked: false };

export class Door {
  // on.result(scan, result) shows an answer, on.group(group, code) a card of several people
  constructor({ server, roster, own, sync, texts }, on) {
    Object.assign(this, { server, roster, own, sync, texts, on });
    this.line = Promise.resolve();
  }

  // Take one code or one person chosen from a list; one after the other, in the order of asking.
  scanned(what) {
    const begun = performance.now();
    this.line = this.line.then(() => this.answer(what, begun)).catch((failure) => console.error(failure));
    return this.line;
  }

  async answer({ code, attendee, direction }, begun) {
    const read = code ? readCode(code) : null;
    if (read && !read.id) return this.on.result(null, this.words("unknown", {}));
    const found = attendee ? { ...NOTHING, entry: this.roster.byId.get(attendee) || null } : await this.open(read);
    if (found.group) return this.on.group(found.group, read.code);
    const [scan, result] = await this.keep({ code: read?.code, attendee, direction, found });
    this.on.result(scan, result);
    performance.measure("desk-verdict", { start: begun });
    return this.sync.nudge();
  }

  async open({ id, isGroup }) {
    const found = isGroup ? NOTHING : await this.roster.openTicket(id);
    if (found.entry || found.isRevoked) return found;
    const group = await this.roster.openGroup(id) || (isGroup && await this.askForGroup(id));
    return group ? { group } : found;
  }

  // A group that signed up a moment ago is in the next whole roster.
  async askForGroup(id) {
    if (!this.roster.head?.isStale || !this.sync.isOnline) return null;
    await this.sync.fetchRoster().catch(() => {});
    return this.roster.openGroup(id);
  }

  // Judge a scan and write it down; give it with its answer.
  async keep({ code, attendee, direction, found }) {
    const { entry, isRevoked, lookup } = found;
    const at = this.server.now();
    const verdict = this.verdict(found, direction, at.getTime());
    const scan = {
      uid: newUid(), code, attendee, direction, occurred_at: at.toISOString(), sequence: this.own.next(),
      lookup, about: entry?.id || attendee, state: "waiting", verdict,
    };
    const before = entry && this.own.where(entry);
    let fault = "";
    await this.own.add(scan).catch(() => { fault = this.texts.diskFault; });
    const after = entry && this.own.where(entry);
    return [scan, {
      ...this.words(verdict, { entry, direction, at, isRevoked }),
      attendee: this.roster.card(scan.about),
      first_in_at: before?.firstIn ? new Date(before.firstIn.at).toISOString() : null,
      first_in_desk: before?.firstIn?.desk || null,
      conflict: Boolean(after?.isConflict),
      ...(fault ? { message: fault } : {}),
    }];
  }

  verdict({ entry, isRevoked }, direction, at) {
    if (!this.roster.isLoaded) return "unknown";
    const place = entry || isRevoked ? { state: entry?.state, isRevoked } : null;
    const isInside = Boolean(entry && this.own.where(entry).isInside);
    return judge(place, this.roster.door, { direction, isInside, at });
  }

  // What is said to a verdict of this phone; what it cannot know, the server will be asked.
  words(verdict, { entry, at }) {
    const isAsked = verdict === "unknown" && at;
    const asked = navigator.onLine && this.sync.isOnline ? this.texts.askingServer : this.texts.serverWillCheck;
    return {
      verdict,
      attendee: null,
      conflict: false,
      message: isAsked ? asked : this.texts.messages[verdict],
      late: entry ? this.minutesLate(verdict, at) : 0,
    };
  }

  minutesLate(verdict, at) {
    if (verdict !== "admitted" || !this.roster.isLoaded) return 0;
    return Math.max(0, Math.floor((new Date(at) - Date.parse(this.roster.head.about.starts_at)) / 60000));
  }
}
