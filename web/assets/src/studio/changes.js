// What a draft changes, drawn on its diagram and on the one in force; the first change is brought into view.
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import { data } from "../sending/send.js";

const place = document.getElementById("diagram"),
  choice = document.getElementById("sheet"),
  sheets = data("sheets-data");
const viewer = new NavigatedViewer({ container: place });

async function draw() {
  const { xml, marks } = sheets[Number(choice.value)];
  await viewer.importXML(xml);
  const canvas = viewer.get("canvas"),
    known = viewer.get("elementRegistry");
  const there = Object.entries(marks).filter(([id]) => known.get(id));
  there.forEach(([id, kind]) => canvas.addMarker(id, `is-${kind}`));
  canvas.zoom("fit-viewport", "auto");
  if (there.length) {
    canvas.zoom(Math.max(canvas.zoom(), 0.7));
    canvas.scrollToElement(known.get(there.find(([, kind]) => kind !== "moved")?.[0] || there[0][0]), {
      top: 200,
      bottom: 200,
      left: 500,
      right: 500,
    });
  }
  place.dataset.ready = "1";
}

sheets.forEach((s, n) => choice.add(new Option(s.name, n)));
choice.addEventListener("change", draw);
await draw();
