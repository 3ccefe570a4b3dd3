// Boxes that only a certain code opens: HKDF-SHA-256 and AES-256-GCM, as in app/kit/boxes.py and letterbox.py.
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const LOOKUP_BYTES = 12;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const TICKET = "guanbiao/roster/ticket";
export const GROUP = "guanbiao/roster/group";
export const SEARCH = "guanbiao/roster/search";
const LETTERBOX = "guanbiao/letterbox";

// Give {key, lookup} of what a code opens in a lesson for one purpose.
export async function boxKey(code, lesson, info) {
  const made = new Uint8Array(await hkdf(encoder.encode(code), encoder.encode(lesson), info, KEY_BYTES + LOOKUP_BYTES));
  return { key: made.slice(0, KEY_BYTES), lookup: textOf(made.slice(KEY_BYTES)) };
}

// Give what is in a box, or null when the key is not its own.
export async function openBox(key, box, context) {
  const sealed = bytesOf(box);
  const opener = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
  const how = { name: "AES-GCM", iv: sealed.slice(0, NONCE_BYTES), additionalData: encoder.encode(context) };
  try {
    return JSON.parse(decoder.decode(await crypto.subtle.decrypt(how, opener, sealed.slice(NONCE_BYTES))));
  } catch {
    return null;
  }
}

// Seal a value for the server's public key: what lies on this phone then says nothing to anybody here.
export async function sealForServer(publicKey, value, context) {
  const theirs = bytesOf(publicKey);
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const own = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  const server = await crypto.subtle.importKey("raw", theirs, curve, false, []);
  const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: server }, own.privateKey, 256));
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", own.publicKey));
  const key = await hkdf(shared, joined(point, theirs), LETTERBOX, KEY_BYTES);
  const sealer = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const how = { name: "AES-GCM", iv: nonce, additionalData: encoder.encode(context) };
  const sealed = await crypto.subtle.encrypt(how, sealer, encoder.encode(JSON.stringify(value)));
  return textOf(joined(point, nonce, new Uint8Array(sealed)));
}

async function hkdf(secret, salt, info, length) {
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: encoder.encode(info) };
  return crypto.subtle.deriveBits(how, base, length * 8);
}

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function textOf(bytes) {
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function bytesOf(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}
