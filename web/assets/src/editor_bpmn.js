// Diagrams: bpmn-js with our properties panel, in Chinese.
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "bpmn-js/dist/assets/bpmn-font/css/bpmn-embedded.css";
import Modeler from "bpmn-js/lib/Modeler";
import chinese from "bpmn-js-i18n/translations/zn";
import { panelOf } from "./panel.js";
import spiffworkflow from "./spiffworkflow.json";

const translate = (template, values = {}) => (chinese[template] || template).replace(/{([^}]+)}/g, (_, key) => values[key] ?? `{${key}}`);

export async function edit(container, text, { editable, offered, touched }) {
  const modeler = new Modeler({ container, keyboard: { bind: true }, moddleExtensions: { spiffworkflow }, additionalModules: [{ translate: ["value", translate] }] });
  let shown = [];
  async function open(xml) {
    await modeler.importXML(xml);
    // Large enough to read, the beginning beside the palette.
    const drawing = modeler.get("canvas"), { inner, outer } = drawing.viewbox(), scale = 0.7;
    drawing.viewbox({ x: inner.x - 130 / scale, y: inner.y - 20, width: outer.width / scale, height: outer.height / scale });
  }
  await open(text);
  panelOf(modeler, document.getElementById("panel"), offered, editable);
  modeler.on("commandStack.changed", touched);
  const known = modeler.get("elementRegistry"), drawing = modeler.get("canvas");
  return {
    open,
    read: async () => (await modeler.saveXML({ format: true })).xml,
    svg: async () => (await modeler.saveSVG()).svg,
    undo: () => modeler.get("commandStack").undo(),
    redo: () => modeler.get("commandStack").redo(),
    knows: (id) => Boolean(known.get(id)),
    go(id) { modeler.get("selection").select(known.get(id)); drawing.scrollToElement(known.get(id)); },
    mark(ids) {
      shown.forEach((id) => known.get(id) && drawing.removeMarker(id, "wrong"));
      shown = ids.filter((id) => known.get(id));
      shown.forEach((id) => drawing.addMarker(id, "wrong"));
    },
  };
}
