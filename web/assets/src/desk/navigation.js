// Groups of the bar: one open at a time, closed by a click elsewhere or Escape.
const groups = [...document.querySelectorAll("details.nav-group")];
const close = (but) =>
  groups.forEach((group) => {
    if (group !== but) group.open = false;
  });
document.addEventListener("click", (event) => close(event.target.closest?.("details.nav-group")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = groups.find((group) => group.open);
  close(null);
  open?.querySelector("summary").focus();
});
// On a telephone the bar is slid: where one is stands in view.
const here = document.querySelector(".navbar-nav > .nav-item > .active, .navbar-nav > .nav-item > details > .active");
const list = here?.closest(".navbar-nav");
if (list) list.scrollLeft += Math.max(0, here.getBoundingClientRect().right - list.getBoundingClientRect().right);
