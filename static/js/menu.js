// The staff's menu on phones closes with Escape and when something outside it is tapped.
const drawer = document.querySelector(".gb-drawer");

document.addEventListener("keydown", (pressed) => {
  if (pressed.key !== "Escape" || !drawer?.open) return;
  drawer.open = false;
  drawer.querySelector("summary").focus();
});

document.addEventListener("click", (clicked) => {
  if (drawer?.open && !drawer.contains(clicked.target)) drawer.open = false;
});
