import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";

const place = document.getElementById("diagram");
const choice = document.getElementById("sheet");
const viewer = new NavigatedViewer({ container: place });
const answer = await (await fetch(place.dataset.source)).json();

async function draw(n) {
  await viewer.importXML(answer.sheets[n].xml);
  const canvas = viewer.get("canvas");
  const known = viewer.get("elementRegistry");
  for (const [ids, name] of [
    [answer.passed, "passed"],
    [answer.active, "active"],
    [answer.flows, "taken"],
  ])
    for (const id of ids) if (known.get(id)) canvas.addMarker(id, name);
  place.dataset.ready = "1";
  fit();
}

// A drawing on a closed tab has no size: it is fitted when it comes into view.
function fit() {
  if (!place.offsetParent) return;
  const canvas = viewer.get("canvas");
  const known = viewer.get("elementRegistry");
  const active = answer.active.map((id) => known.get(id)).find(Boolean);
  canvas.resized();
  canvas.zoom("fit-viewport", "auto");
  if (active) {
    canvas.zoom(Math.max(canvas.zoom(), 0.75));
    canvas.scrollToElement(active, { top: 100, bottom: 100, left: 300, right: 300 });
  }
}

answer.sheets.forEach((sheet, n) => choice.add(new Option(sheet.name, n)));
choice.addEventListener("change", () => draw(Number(choice.value)));
document.addEventListener("shown", fit);
await draw(0);
