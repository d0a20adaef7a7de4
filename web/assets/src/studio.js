// The studio's page: one editor by the kind of file, checked while one works, saved under a version.
import { data, say, send } from "./send.js";

const place = document.getElementById("studio"), list = document.getElementById("problem-list");
const editable = place.dataset.editable === "1", name = place.dataset.name.split("/").pop();
let version = Number(place.dataset.version), changed = false, waiting;

const kinds = { bpmn: () => import("./editor_bpmn.js"), dmn: () => import("./editor_dmn.js"), form: () => import("./editor_form.js") };
const { edit } = await (kinds[name.split(".").pop()] || (() => import("./editor_text.js")))();
let editor;
try {
  editor = await edit(document.getElementById("canvas"), data("text-data"), { editable, offered: data("offered-data"), touched });
} catch (problem) {
  // What cannot be drawn is shown as text, to be put right there.
  document.getElementById("canvas").replaceChildren();
  editor = await (await import("./editor_text.js")).edit(document.getElementById("canvas"), data("text-data"), { editable, touched });
}

function tell(problems) {
  list.replaceChildren(...problems.map((p) => {
    const item = Object.assign(document.createElement("li"), { className: "text-danger", textContent: `${p.element || "（全文）"}：${p.message}` });
    if (editor.knows?.(p.element)) { item.role = "button"; item.onclick = () => editor.go(p.element); }
    return item;
  }));
  if (!problems.length) list.append(Object.assign(document.createElement("li"), { className: "text-success", textContent: "检查没有发现问题。" }));
  editor.mark?.(problems.map((p) => p.element));
}

async function check() {
  try { tell((await send(place.dataset.lint, { text: await editor.read() })).problems); } catch (problem) { say(problem.message, "bad"); }
}

function touched() {
  if (!editor) return;
  changed = true;
  say("未保存", "bad");
  clearTimeout(waiting);
  waiting = setTimeout(check, 600);
}

async function save() {
  if (!editable) return;
  say("正在保存……");
  try {
    const answer = await send(place.dataset.address, { version, text: await editor.read() });
    version = answer.version;
    changed = false;
    tell(answer.problems);
    say("已保存", "good");
  } catch (problem) { say(problem.message, "bad"); }
}

function download(content, type, as) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([content], { type })), download: as });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

const acts = {
  undo: () => editor.undo(), redo: () => editor.redo(),
  svg: async () => editor.svg && download(await editor.svg(), "image/svg+xml", name.replace(/\.\w+$/, ".svg")),
  file: async () => download(await editor.read(), "application/octet-stream", name),
};
document.querySelectorAll("[data-do]").forEach((b) => b.addEventListener("click", () => acts[b.dataset.do]()));
document.querySelector("[data-import]")?.addEventListener("change", async (event) => {
  try { await editor.open(await event.target.files[0].text()); touched(); } catch (problem) { say(`文件不能导入：${problem.message}`, "bad"); }
});
document.getElementById("save")?.addEventListener("click", save);
document.addEventListener("keydown", (event) => { if (event.ctrlKey && event.key === "s") { event.preventDefault(); save(); } });
window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
await check();
place.dataset.ready = "1";
