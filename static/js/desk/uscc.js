// Whether a unified social credit code can be right (GB 32100-2015), told before anything is sent.
const CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

export function normalised(text) {
  return text.normalize("NFKC").toUpperCase().replace(/[\s\-‐-―−_.·\u200b-\u200f]+/g, "");
}

// Give "" or what is wrong: missing, length, character, check.
export function faultOf(text) {
  const code = normalised(text);
  if (!code) return "missing";
  if (code.length !== 18) return "length";
  if ([...code].some((character) => !CHARACTERS.includes(character))) return "character";
  const sum = WEIGHTS.reduce((total, weight, place) => total + weight * CHARACTERS.indexOf(code[place]), 0);
  return CHARACTERS[(31 - (sum % 31)) % 31] === code[17] ? "" : "check";
}
