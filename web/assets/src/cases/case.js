// The case page by tabs, addressable by #name and walked with the arrow keys; without this script all of it is in view.
const nav = document.querySelector("[data-tabs]");
const links = [...nav.querySelectorAll("a")];
const panels = links.map((link) => document.querySelector(link.hash));

nav.setAttribute("role", "tablist");
for (const [n, link] of links.entries()) {
  Object.assign(link, { id: `tab-${panels[n].id}` });
  for (const [name, value] of [
    ["role", "tab"],
    ["aria-controls", panels[n].id],
  ])
    link.setAttribute(name, value);
  panels[n].setAttribute("role", "tabpanel");
  panels[n].setAttribute("aria-labelledby", link.id);
}

function show(at) {
  for (const [n, link] of links.entries()) {
    link.setAttribute("aria-selected", n === at ? "true" : "false");
    link.tabIndex = n === at ? 0 : -1;
    panels[n].hidden = n !== at;
  }
  panels[at].dispatchEvent(new CustomEvent("shown", { bubbles: true }));
}

// An address may name a part inside a tab (#clocks): its tab is opened and the part comes into view.
function follow() {
  const named = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  const at = panels.findIndex((panel) => named && (panel === named || panel.contains(named)));
  show(Math.max(at, 0));
  if (named && at >= 0 && panels[at] !== named) named.scrollIntoView({ block: "start" });
}

nav.addEventListener("click", (event) => {
  const at = links.indexOf(event.target.closest("a"));
  if (at < 0) return;
  event.preventDefault();
  history.replaceState(null, "", links[at].hash);
  show(at);
});
nav.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const now = links.indexOf(document.activeElement);
  const at =
    event.key === "Home"
      ? 0
      : event.key === "End"
        ? links.length - 1
        : step
          ? (now + step + links.length) % links.length
          : -1;
  if (at < 0 || now < 0) return;
  event.preventDefault();
  history.replaceState(null, "", links[at].hash);
  show(at);
  links[at].focus();
});
addEventListener("hashchange", follow);
follow();
