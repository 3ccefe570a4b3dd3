// Filter forms (form[data-autosubmit]) act as soon as a choice is made; typed words still wait for Enter or the button.
document.addEventListener("change", (changed) => {
  const form = changed.target.closest("form[data-autosubmit]");
  if (form && changed.target.matches("select, input[type=checkbox], input[type=radio], input[type=month]")) form.requestSubmit();
});

// Empty fields stay out of the address.
document.addEventListener("formdata", (made) => {
  if (!made.target.matches("form[data-autosubmit]")) return;
  for (const [name, value] of [...made.formData]) if (value === "") made.formData.delete(name);
});

// The list alone is replaced (htmx); what it then holds is announced, and where that fails the page is loaded whole.
const isFilter = (event) => event.target.matches?.("form[data-autosubmit]");

document.addEventListener("htmx:beforeRequest", (asked) => {
  if (isFilter(asked)) document.getElementById("list").setAttribute("aria-busy", "true");
});

document.addEventListener("htmx:afterRequest", (done) => {
  if (!isFilter(done) || !done.detail.successful) return;
  const words = document.querySelector("#list :is(.gb-pagination .gb-hint, .gb-total, .gb-empty-title)");
  document.querySelector("[data-list-status]").textContent = words?.textContent ?? "";
});

for (const failure of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(failure, (failed) => { if (isFilter(failed)) failed.target.submit(); });
}
