// Expected, arrived, missing, inside: counted from the roster and what this desk has seen since.
const CAME = ["present", "partial"];

export function count(roster, own) {
  const seen = new Set([...own.scans.values(), ...own.undos.values()].map((one) => one.about));
  const sum = { onsite: 0, all: 0, onsiteCame: 0, allCame: 0, inside: 0, conflicts: 0 };
  for (const entry of roster.byId.values()) {
    if (entry.state !== "confirmed") continue;
    const now = seen.has(entry.id) ? own.where(entry) : { isInside: entry.inside, isConflict: entry.conflict };
    const came = (CAME.includes(entry.credit) && !now.isTakenBack) || Boolean(now.firstIn);
    const isOnsite = entry.channel === "onsite";
    sum.all += 1;
    sum.onsite += isOnsite;
    sum.allCame += came;
    sum.onsiteCame += isOnsite && came;
    sum.inside += now.isInside;
    sum.conflicts += now.isConflict;
  }
  const expected = sum.onsite || sum.all;
  const arrived = sum.onsite ? sum.onsiteCame : sum.allCame;
  return { expected, arrived, missing: Math.max(0, expected - arrived), inside: sum.inside, conflicts: sum.conflicts };
}

export function put(root, figures) {
  for (const [name, figure] of Object.entries(figures)) {
    const place = root.querySelector(`[data-figure="${name}"]`);
    if (place) place.textContent = figure;
  }
}
