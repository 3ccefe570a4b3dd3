// Brings the list of faults to whoever just sent a form, and each fault's link to its control.
const summary = document.querySelector("[data-error-summary]");

summary?.focus();
summary?.addEventListener("click", (clicked) => {
  const link = clicked.target.closest("a[href^='#']");
  const control = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!control) return;
  clicked.preventDefault();
  (control.closest(".gb-field") ?? control).scrollIntoView({ block: "start" });
  control.focus({ preventScroll: true });
});
