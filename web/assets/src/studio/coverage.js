// Which flows of a draft's diagrams the scenarios took: green taken, red not, for all scenarios or for one.
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import { data } from "../sending/send.js";

const place = document.getElementById("diagram"),
  sheetChoice = document.getElementById("sheet"),
  scenarioChoice = document.getElementById("scenario");
const viewer = new NavigatedViewer({ container: place });
const { sheets, taken, played } = data("coverage-data");
let drawn = -1,
  marked = [];

function mark() {
  const sheet = sheets[drawn],
    one = scenarioChoice.value === "" ? undefined : played[Number(scenarioChoice.value)],
    canvas = viewer.get("canvas"),
    known = viewer.get("elementRegistry");
  const flows = new Set((one ? one.flows : taken)[sheet.file] || []);
  marked.forEach(([id, name]) => canvas.removeMarker(id, name));
  marked = sheet.flows
    .filter((id) => known.get(id))
    .map((id) => [id, flows.has(id) ? "taken" : one ? "" : "never"])
    .filter(([, name]) => name);
  marked.forEach(([id, name]) => canvas.addMarker(id, name));
  document.getElementById("count").textContent =
    `${sheet.flows.filter((id) => flows.has(id)).length}/${sheet.flows.length} 条路径`;
}

async function draw() {
  if (drawn !== Number(sheetChoice.value)) {
    drawn = Number(sheetChoice.value);
    marked = [];
    await viewer.importXML(sheets[drawn].xml);
    const canvas = viewer.get("canvas"),
      { inner, outer } = canvas.viewbox(),
      scale = 0.55;
    canvas.viewbox({ x: inner.x - 20, y: inner.y - 10, width: outer.width / scale, height: outer.height / scale });
  }
  mark();
  place.dataset.ready = "1";
}

sheets.forEach((s, n) => sheetChoice.add(new Option(s.name, n)));
scenarioChoice.add(new Option(`全部情景（${played.length}）`, ""));
played.forEach((p, n) => scenarioChoice.add(new Option(p.passed ? p.scenario : `（不符）${p.scenario}`, n)));
sheetChoice.addEventListener("change", draw);
scenarioChoice.addEventListener("change", mark);
await draw();
