// The one door to IndexedDB: what a phone keeps of its desks, and nothing that could be read of people.
import { openDB } from "../../vendor/idb/index.js";

const NAME = "guanbiao-desk";
const VERSION = 2;
const OF_LESSON = ["entries", "scans", "walk_ins", "undos"];

let opened;

// Give the database; opened once for each page, and again after the browser has closed it.
export function database() {
  opened ||= openDB(NAME, VERSION, {
    upgrade(made, before) {
      if (before < 2) made.createObjectStore("undos", { keyPath: "uid" }).createIndex("lesson", "lesson");
      if (before >= 1) return;
      made.createObjectStore("desks", { keyPath: "lesson" });
      made.createObjectStore("rosters", { keyPath: "lesson" });
      made.createObjectStore("heads", { keyPath: "lesson" });
      made.createObjectStore("entries", { keyPath: ["lesson", "id"] }).createIndex("lesson", "lesson");
      made.createObjectStore("scans", { keyPath: "uid" }).createIndex("lesson", "lesson");
      made.createObjectStore("walk_ins", { keyPath: "uid" }).createIndex("lesson", "lesson");
    },
    blocking(_now, _next, { target }) { // a page of a newer version is open: make room
      target.close();
      opened = undefined;
    },
    terminated() { opened = undefined; },
  });
  return opened;
}

// Write in one transaction that is on the disk before the promise holds.
export async function write(stores, work) {
  const transaction = (await database()).transaction(stores, "readwrite", { durability: "strict" });
  await Promise.all([...work(transaction), transaction.done]);
}

// Delete everything of one lesson in the stores named.
export async function wipe(lesson, stores) {
  const keys = new Map();
  for (const name of stores.filter((one) => OF_LESSON.includes(one))) {
    keys.set(name, await (await database()).getAllKeysFromIndex(name, "lesson", lesson));
  }
  await write(stores, (transaction) => stores.flatMap((name) => {
    const store = transaction.objectStore(name);
    return keys.has(name) ? keys.get(name).map((key) => store.delete(key)) : [store.delete(lesson)];
  }));
}
