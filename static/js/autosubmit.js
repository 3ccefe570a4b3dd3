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
