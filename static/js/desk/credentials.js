// Which desks this phone is: one credential for each lesson, kept until it is given back.
import { database, wipe, write } from "./database.js";

const EVERYTHING = ["desks", "rosters", "heads", "entries", "scans", "walk_ins", "undos"];

// Keep the credential of a lesson; a new one takes the old one's place, what waits to be sent stays.
export async function saveDesk({ desk, token, label, lesson, expires_at, may_search }) {
  const head = await (await database()).get("heads", lesson);
  await write(["desks", "heads"], (transaction) => [
    transaction.objectStore("desks").put({ desk, token, label, lesson, expires_at, may_search, ended: "" }),
    ...(head ? [transaction.objectStore("heads").put({ ...head, isForOldKey: true })] : []), // so is its box of names
  ]);
  await navigator.storage?.persist?.().catch(() => false);
}

// Give the credential of a lesson, or undefined.
export async function findDesk(lesson) {
  return (await database()).get("desks", lesson);
}

export async function listDesks() {
  return (await database()).getAll("desks");
}

// Forget a lesson altogether: credential, roster, and what was scanned.
export function forgetDesk(lesson) {
  return wipe(lesson, EVERYTHING);
}

// The desk may scan no more: its roster goes, what waits to be sent stays.
export async function endDesk(lesson, why) {
  const desk = await findDesk(lesson);
  await wipe(lesson, ["rosters", "entries"]);
  if (desk) await write(["desks"], (transaction) => [transaction.objectStore("desks").put({ ...desk, ended: why })]);
}
