// Fills what follows from a choice in the form of a training, and never what somebody typed:
// a course brings its title, a venue its city and places, a mode the channel it has no use for.
const form = document.querySelector("[data-training-form]");
const hints = JSON.parse(document.getElementById("training-hints").textContent);
const filled = new WeakMap();

form.elements.course?.addEventListener("change", () => {
  const [title, english] = hints.courses[form.elements.course.value] ?? ["", ""];
  fill(form.elements.title, title);
  fill(form.elements.title_en, english);
});

form.elements.venue.addEventListener("change", () => {
  const [city, places] = hints.venues[form.elements.venue.value] ?? ["", null];
  fill(form.elements.city, city);
  const mode = form.elements.mode.value;
  if (places && mode !== "livestream" && form.elements.capacity_onsite.value === "100") form.elements.capacity_onsite.value = places;
});

for (const choice of form.querySelectorAll("[name=mode]")) choice.addEventListener("change", () => {
  const [onsite, online] = [form.elements.capacity_onsite, form.elements.capacity_online];
  if (choice.value === "livestream") onsite.value = "0";
  if (choice.value === "onsite") online.value = "0";
  if (choice.value !== "livestream" && Number(onsite.value) === 0) onsite.value = "100";
  if (choice.value !== "onsite" && Number(online.value) === 0) online.value = "500";
});

function fill(control, value) {
  if (control.value && control.value !== filled.get(control)) return;
  control.value = value;
  filled.set(control, value);
}
