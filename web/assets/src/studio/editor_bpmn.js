// Diagrams: bpmn-js with our properties panel, a minimap, token simulation and bpmnlint's rules, in Chinese.
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "bpmn-js/dist/assets/bpmn-font/css/bpmn-embedded.css";
import "bpmn-js-token-simulation/assets/css/bpmn-js-token-simulation.css";
import "diagram-js-minimap/assets/diagram-js-minimap.css";
import Modeler from "bpmn-js/lib/Modeler";
import chinese from "bpmn-js-i18n/translations/zn";
import simulation from "bpmn-js-token-simulation";
import minimap from "diagram-js-minimap";
import { localise } from "../typing/localise.js";
import { makeRoom } from "./make_room.js";
import { panelOf } from "./panel.js";
import { view, wholeBesidePalette } from "./zoom_buttons.js";
import spiffworkflow from "./spiffworkflow.json";
import { standardProblems } from "./standard_rules.js";

// The library's own Chinese, and what an official says instead.
const NAMES = /* library */ {
  ...chinese,
  "Activate hand tool": "移动画布",
  "Activate lasso tool": "框选",
  "Manual task": "人工任务",
  "Receive task": "接收任务",
};
const translate = (template, values = {}) =>
  (NAMES[template] || template).replace(/{([^}]+)}/g, (_, key) => values[key] ?? `{${key}}`);
const WORDS = /* library */ {
  Close: "关闭",
  "Token Simulation": "推演",
  "Toggle Simulation Log": "推演记录",
  "Simulation Log": "推演记录",
  "No Entries": "还没有记录",
  "Reset Simulation": "重新推演",
  "Play/Pause Simulation": "继续或暂停",
  "Play Simulation": "继续推演",
  "Pause Simulation": "暂停推演",
  "Found unsupported elements": "有推演不支持的图形",
  "Not supported": "推演不支持",
  "Set Sequence Flow": "改走这条线",
  "Add pause point": "在这里停下",
  "Remove pause point": "不再停下",
  "Trigger Event": "触发",
  Finished: "已结束",
  "Change element": "更换类型",
  "Append element": "追加图形",
  "Create element": "新建图形",
  "Toggle non-interrupting": "是否中断",
  Loop: "循环",
  "Parallel multi-instance": "并行多实例",
  "Sequential multi-instance": "串行多实例",
  "Open minimap": "打开缩略图",
  "Toggle minimap": "缩略图",
  "Close minimap": "收起缩略图",
  "Set animation speed = Slow": "慢",
  "Set animation speed = Normal": "中",
  "Set animation speed = Fast": "快",
};

// New shapes get ids as our models write them: flow_0yu7p3e, not Flow_0yu7p3e.
function snakeIds(modeler) {
  const factory = modeler.get("bpmnFactory"),
    ids = modeler.get("moddle").ids,
    ensure = factory._ensureId;
  factory._ensureId = function (element) {
    const fresh = !element.id;
    ensure.call(factory, element);
    if (!fresh || !element.id || element.id === element.id.toLowerCase()) return;
    ids.unclaim(element.id);
    element.id = element.id.toLowerCase();
    ids.claim(element.id, element);
  };
}

function badges(modeler) {
  const known = modeler.get("elementRegistry"),
    drawing = modeler.get("canvas"),
    overlays = modeler.get("overlays");
  let shown = [];
  return (problems) => {
    shown.forEach(([id, name]) => known.get(id) && drawing.removeMarker(id, name));
    overlays.remove({ type: "lint" });
    const by = Map.groupBy
      ? Map.groupBy(problems, (p) => p.element)
      : problems.reduce((m, p) => m.set(p.element, [...(m.get(p.element) || []), p]), new Map());
    shown = [];
    for (const [id, found] of by) {
      const element = known.get(id);
      if (!element || element === drawing.getRootElement()) continue;
      const name = found.every((p) => p.mild) ? "advised" : "wrong";
      drawing.addMarker(id, name);
      shown.push([id, name]);
      const badge = Object.assign(document.createElement("span"), {
        className: `lint-badge ${name}`,
        textContent: found.length,
        title: found.map((p) => p.message).join("\n"),
      });
      overlays.add(id, "lint", {
        position: element.waypoints ? { top: -8, left: -8 } : { top: -9, right: 9 },
        html: badge,
      });
    }
  };
}

// A picture of the whole diagram, twice as large as on the screen.
async function png(svg) {
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await picture.decode();
  const scale = Math.min(2, 16000 / Math.max(picture.width, picture.height)),
    sheet = Object.assign(document.createElement("canvas"), {
      width: picture.width * scale,
      height: picture.height * scale,
    });
  const pen = sheet.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, sheet.width, sheet.height);
  pen.drawImage(picture, 0, 0, sheet.width, sheet.height);
  return new Promise((resolve) => sheet.toBlob(resolve, "image/png"));
}

export async function edit(container, text, { editable, offered, touched }) {
  localise(container, WORDS);
  const modeler = new Modeler({
    container,
    keyboard: { bind: true },
    moddleExtensions: { spiffworkflow },
    additionalModules: [{ translate: ["value", translate] }, minimap, simulation],
  });
  snakeIds(modeler);
  async function open(xml) {
    await modeler.importXML(xml);
    wholeBesidePalette(modeler.get("canvas"));
  }
  await open(text);
  view(modeler, container);
  makeRoom(modeler);
  panelOf(modeler, document.getElementById("panel"), offered, editable);
  modeler.on("commandStack.changed", touched);
  const known = modeler.get("elementRegistry"),
    drawing = modeler.get("canvas");
  return {
    open,
    read: async () => (await modeler.saveXML({ format: true })).xml,
    svg: async () => (await modeler.saveSVG()).svg,
    png: async () => png((await modeler.saveSVG()).svg),
    undo: () => modeler.get("commandStack").undo(),
    redo: () => modeler.get("commandStack").redo(),
    problems: () => standardProblems(modeler.getDefinitions()),
    title: (id) => known.get(id)?.businessObject.name,
    knows: (id) => Boolean(known.get(id)),
    go(id) {
      modeler.get("selection").select(known.get(id));
      drawing.scrollToElement(known.get(id));
    },
    mark: badges(modeler),
  };
}
