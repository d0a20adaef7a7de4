// Groups of the bar: one open at a time, closed by a click elsewhere or Escape.
const groups = [...document.querySelectorAll("details.nav-group")];
const close = (but) => groups.forEach((group) => { if (group !== but) group.open = false; });
document.addEventListener("click", (event) => close(event.target.closest?.("details.nav-group")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = groups.find((group) => group.open);
  close(null);
  open?.querySelector("summary").focus();
});
