// What a scan is answered without the server: the same questions in the same order as in
// app/attendance/rules/verdicts.py; both are held to tests/attendance/verdicts.json.
const LOCKED = ["closed", "accepted"];
const SAME_INSTANT_MS = 1000;

// `place`: {state, isRevoked}, or null for a code that is not on this phone's roster;
// `door`: {trainingState, opensAt, closesAt} with instants in milliseconds, as `at` is.
export function judge(place, door, { direction, isInside, at }) {
  return refused(place, door) || untimely(door, at) || moved(direction, isInside);
}

function refused(place, door) {
  if (!place) return "unknown";
  if (place.isRevoked) return "revoked";
  if (door.trainingState === "cancelled") return "cancelled";
  if (place.state === "cancelled" || place.state === "rejected") return "cancelled";
  return place.state === "confirmed" ? "" : "not_confirmed";
}

function untimely(door, at) {
  if (LOCKED.includes(door.trainingState)) return "too_late";
  if (at < door.opensAt) return "too_early";
  return at > door.closesAt ? "too_late" : "";
}

function moved(direction, isInside) {
  if (direction === "in") return isInside ? "already_in" : "admitted";
  return isInside ? "out" : "not_in";
}

// Walk from where the server saw somebody through the scans it has not told of yet:
// `facts` of {uid, at, direction, desk}, undone ones left out.
export function walk(facts, { isInside = false, desk = null, firstIn = null, isConflict = false } = {}) {
  const now = { isInside, desk, firstIn, isConflict };
  for (const fact of [...facts].sort(inOrder)) {
    if (fact.direction === "out") {
      now.isInside = false;
    } else {
      if (!now.isInside || now.desk === null) now.desk = fact.desk; // who checked in alone was seen by no desk
      else if (now.desk !== fact.desk) now.isConflict = true;
      now.isInside = true;
      now.firstIn ||= fact;
    }
  }
  return now;
}

// What the server saw, less a movement that it counted and has not yet heard to be taken back.
export function without(seen, { verdict, at }) {
  if (verdict === "out") return { ...seen, isInside: true };
  if (verdict !== "admitted") return seen;
  const isFirst = Boolean(seen.firstIn) && Math.abs(seen.firstIn.at - Date.parse(at)) < SAME_INSTANT_MS;
  return { ...seen, isInside: false, desk: null, firstIn: isFirst ? null : seen.firstIn, isTakenBack: isFirst };
}

export function inOrder(one, other) {
  return one.at - other.at || (one.uid < other.uid ? -1 : 1);
}
