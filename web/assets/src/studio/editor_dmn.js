// Decision tables: dmn-js.
import "dmn-js/dist/assets/diagram-js.css";
import "dmn-js/dist/assets/dmn-js-shared.css";
import "dmn-js/dist/assets/dmn-js-drd.css";
import "dmn-js/dist/assets/dmn-js-decision-table.css";
import "dmn-js/dist/assets/dmn-js-decision-table-controls.css";
import "dmn-js/dist/assets/dmn-js-literal-expression.css";
import "dmn-js/dist/assets/dmn-font/css/dmn-embedded.css";
import DmnModeler from "dmn-js/lib/Modeler";
import { sayCells } from "./cell_words.js";
import { localise } from "../typing/localise.js";
import { inChinese, unasked } from "./words.js";

export async function edit(container, text, { touched, offered }) {
  localise(container, unasked);
  const modeler = new DmnModeler({
    container,
    drd: { additionalModules: [inChinese] },
    decisionTable: { additionalModules: [inChinese] },
    literalExpression: { additionalModules: [inChinese] },
  });
  const heard = new WeakSet();
  const listen = () => {
    const viewer = modeler.getActiveViewer();
    if (!viewer || heard.has(viewer)) return;
    heard.add(viewer);
    viewer.get("eventBus").on("commandStack.changed", touched);
  };
  modeler.on("views.changed", listen);
  async function open(xml) {
    await modeler.importXML(xml);
    const table = modeler.getViews().find((v) => v.type === "decisionTable");
    if (table) await modeler.open(table);
    listen();
  }
  await open(text);
  sayCells(container, offered.cells);
  const stack = () => modeler.getActiveViewer().get("commandStack");
  return {
    open,
    read: async () => (await modeler.saveXML({ format: true })).xml,
    undo: () => stack().undo(),
    redo: () => stack().redo(),
  };
}
