// Helps on the sign-up form: checks the credit code while it is typed, fills in the city it was registered in, and lets
// the contact attend with one tap. The server checks everything again and does without all of this.
const ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

for (const form of document.querySelectorAll("[data-sign-up]")) start(form);

function start(form) {
  const code = form.querySelector("[data-uscc]");
  const city = form.querySelector("[name=enterprise-city]");
  const told = document.createElement("p");
  told.className = "gb-hint";
  told.setAttribute("role", "status");
  code.after(told);
  let filledIn = city.value;

  code.addEventListener("input", () => tell(code, told, false));
  code.addEventListener("change", () => tell(code, told, true));
  code.addEventListener("input", () => {
    const text = normalised(code.value);
    const place = `${text.slice(2, 6)}00`;
    if (text.length < 6 || (city.value && city.value !== filledIn)) return;
    if ([...city.options].some((option) => option.value === place)) city.value = filledIn = place;
  });

  const button = form.querySelector("[data-contact-attends]");
  button.hidden = false;
  button.addEventListener("click", () => {
    const row = [...form.querySelectorAll("[data-repeater-row]")].find((one) => !one.querySelector("[name$=-name]").value);
    if (!row) return;
    for (const name of ["name", "phone", "email"]) {
      row.querySelector(`[name$=-${name}]`).value = form.querySelector(`[name=contact-${name}]`).value;
    }
    button.hidden = true;
    row.querySelector("[name$=-job_title]").focus();
  });
}

function tell(code, told, isDone) {
  const fault = faultOf(normalised(code.value), isDone);
  told.textContent = fault === null ? "" : code.dataset[fault];
  told.classList.toggle("gb-uscc-good", fault === "good");
}

function normalised(text) {
  return text.normalize("NFKC").toUpperCase().replace(/[\s\-‐-―−_.·]+/g, "");
}

// What is wrong with the code so far: nothing is said about one that is still being typed.
function faultOf(text, isDone) {
  if (!text) return null;
  if (/[^0-9A-Z]/.test(text)) return "character";
  if (/[IOZSV]/.test(text)) return "letter";
  if (text.length !== 18) return isDone || text.length > 18 ? "length" : null;
  const sum = WEIGHTS.reduce((total, weight, place) => total + weight * ALPHABET.indexOf(text[place]), 0);
  return ALPHABET[(31 - (sum % 31)) % 31] === text[17] ? "good" : "check";
}
