// Sends each form once: a second tap while the first is on its way does nothing.
const WAIT_MS = 20000;

document.addEventListener("submit", (submitted) => {
  const form = submitted.target;
  if (submitted.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sending) {
    submitted.preventDefault();
    return;
  }
  form.dataset.sending = "yes";
  form.setAttribute("aria-busy", "true");
  setTimeout(() => release(form), WAIT_MS);
});

// A page brought back from the browser's memory can be sent again.
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach(release));

function release(form) {
  delete form.dataset.sending;
  form.removeAttribute("aria-busy");
}
