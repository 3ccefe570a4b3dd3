// Becomes a desk: takes the invitation out of the address, hands it in, keeps what is given for it.
import { findDesk, saveDesk } from "./credentials.js";

const LIMIT_MS = 15000;
const REFUSALS = ["invitation_used", "invitation_expired", "desk_closed"];
const invitation = decodeURIComponent(location.hash.slice(1));
const key = crypto.randomUUID(); // an answer that got lost is given again
history.replaceState(null, "", location.pathname + location.search);

document.getElementById("again").addEventListener("click", join);
await (invitation ? join() : show("nothing"));

async function join() {
  show("working");
  show(await attempt());
}

// Give the name of the state to show.
async function attempt() {
  try {
    await findDesk(""); // a browser that keeps nothing must not use the invitation up
  } catch {
    return "storage";
  }
  let answer, content;
  try {
    answer = await handIn();
    content = await answer.json();
  } catch {
    return "offline";
  }
  if (answer.status >= 500 || answer.status === 429) return "offline";
  if (!answer.ok) return REFUSALS.includes(content.code) ? content.code : "unknown";
  await saveDesk(content);
  location.replace(`/desk/${encodeURIComponent(content.lesson)}`);
  return "done";
}

function handIn() {
  return fetch("/api/v1/desks", {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": key },
    body: JSON.stringify({ invitation }),
    credentials: "omit",
    cache: "no-store",
    signal: AbortSignal.timeout(LIMIT_MS),
  });
}

function show(name) {
  for (const state of document.querySelectorAll("#states [data-state]")) state.hidden = state.dataset.state !== name;
}
