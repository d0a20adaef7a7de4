import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "bpmn-js/dist/assets/bpmn-font/css/bpmn-embedded.css";
import Modeler from "bpmn-js/lib/Modeler";
import chinese from "bpmn-js-i18n/translations/zn";
import { panelOf } from "./panel.js";
import spiffworkflow from "./spiffworkflow.json";
import { data, say, send } from "./send.js";

const place = document.getElementById("studio"), list = document.getElementById("problem-list");
const editable = place.dataset.editable === "1";
let version = Number(place.dataset.version), changed = false, shown = [];
const canvas = document.getElementById("canvas");
const translate = (template, values = {}) => (chinese[template] || template).replace(/{([^}]+)}/g, (_, key) => values[key] ?? `{${key}}`);
const modeler = canvas && new Modeler({
  container: canvas, keyboard: { bind: true }, moddleExtensions: { spiffworkflow },
  additionalModules: [{ translate: ["value", translate] }],
});
const read = async () => (modeler ? (await modeler.saveXML({ format: true })).xml : document.getElementById("text").value);

function tell(problems) {
  list.replaceChildren(...problems.map((p) => {
    const item = Object.assign(document.createElement("li"), { className: "text-danger", textContent: `${p.element || "（全文）"}：${p.message}` });
    if (modeler?.get("elementRegistry").get(p.element)) { item.role = "button"; item.onclick = () => { const e = modeler.get("elementRegistry").get(p.element); modeler.get("selection").select(e); modeler.get("canvas").scrollToElement(e); }; }
    return item;
  }));
  if (!problems.length) list.append(Object.assign(document.createElement("li"), { className: "text-success", textContent: "检查没有发现问题。" }));
  if (!modeler) return;
  const drawing = modeler.get("canvas"), known = modeler.get("elementRegistry");
  shown.forEach((id) => known.get(id) && drawing.removeMarker(id, "wrong"));
  shown = problems.map((p) => p.element).filter((id) => known.get(id));
  shown.forEach((id) => drawing.addMarker(id, "wrong"));
}

let waiting;
function touched() {
  changed = true;
  say("未保存", "bad");
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    try { tell((await send(place.dataset.lint, { text: await read() })).problems); } catch (problem) { say(problem.message, "bad"); }
  }, 600);
}

async function save() {
  if (!editable) return;
  say("正在保存……");
  try {
    const answer = await send(place.dataset.address, { version, text: await read() });
    version = answer.version;
    changed = false;
    tell(answer.problems);
    say("已保存", "good");
  } catch (problem) { say(problem.message, "bad"); }
}

function download(content, type, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([content], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

async function draw(xml) {
  await modeler.importXML(xml);
  // Large enough to read, the beginning beside the palette.
  const drawing = modeler.get("canvas"), { inner, outer } = drawing.viewbox(), scale = 0.7;
  drawing.viewbox({ x: inner.x - 130 / scale, y: inner.y - 20, width: outer.width / scale, height: outer.height / scale });
}

if (modeler) {
  await draw(data("text-data"));
  panelOf(modeler, document.getElementById("panel"), data("offered-data"), editable);
  modeler.on("commandStack.changed", touched);
  const name = place.dataset.name.split("/").pop();
  const acts = {
    undo: () => modeler.get("commandStack").undo(), redo: () => modeler.get("commandStack").redo(),
    svg: async () => download((await modeler.saveSVG()).svg, "image/svg+xml", name.replace(/\.bpmn$/, ".svg")),
    xml: async () => download(await read(), "application/xml", name),
  };
  document.querySelectorAll("[data-do]").forEach((b) => b.addEventListener("click", () => acts[b.dataset.do]()));
  document.querySelector("[data-import]").addEventListener("change", async (event) => {
    try { await draw(await event.target.files[0].text()); touched(); } catch (problem) { say(`文件不能导入：${problem.message}`, "bad"); }
  });
} else document.getElementById("text").addEventListener("input", touched);

document.getElementById("save")?.addEventListener("click", save);
document.addEventListener("keydown", (event) => { if (event.ctrlKey && event.key === "s") { event.preventDefault(); save(); } });
window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
tell((await send(place.dataset.lint, { text: await read() })).problems);
place.dataset.ready = "1";
