// What was scanned or typed: a bare code or the address of its page; the id in it opens boxes.
const SHAPE = /^[a-z0-9]{1,8}\.([0-9a-z]{26})(?:-[0-9a-z]{1,9})?\.[A-Za-z0-9_-]{22}$/;

// Give {code, id, isGroup}. A text of any other shape has no id: it is nobody's ticket, and as it may
// say anything (a visiting card, an address) it is neither kept nor sent.
export function readCode(text) {
  const plain = text.normalize("NFKC").trim();
  const at = Math.max(plain.lastIndexOf("/t/"), plain.lastIndexOf("/g/"));
  const isGroup = at >= 0 && plain[at + 1] === "g";
  const code = (at < 0 ? plain : plain.slice(at + 3)).split(/[?#]/)[0].replace(/\/+$/, "");
  return { code, id: SHAPE.exec(code)?.[1] || "", isGroup };
}

export function newUid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
