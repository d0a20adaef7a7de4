// The studio's page: one editor by the kind of file, checked while one works, saved under a version.
import { data, say, send } from "../sending/send.js";
import { clockTime } from "../typing/clock_time.js";
import { beside } from "./template_help.js";

const place = document.getElementById("studio"),
  list = document.getElementById("problem-list");
const kind = place.dataset.name.split(".").pop();
const editable = place.dataset.editable === "1",
  name = place.dataset.name.split("/").pop();
let version = Number(place.dataset.version),
  seen = place.dataset.seen,
  changed = false,
  waiting,
  keeping;
const REFUSED = ["expression_refused", "not_executable"]; // such a file is not let in
const KEEP_AFTER = 4000; // what was drawn is kept by itself

const kinds = {
  bpmn: () => import("./editor_bpmn.js"),
  dmn: () => import("./editor_dmn.js"),
  form: () => import("./editor_form.js"),
  policy: () => import("./editor_policy.js"),
  sheet: () => import("./editor_sheet.js"),
};
const kindOf = (file) =>
  file === "policy.toml" ? "policy" : file.endsWith(".sheet.toml") ? "sheet" : file.split(".").pop();
const { edit } = await (kinds[kindOf(name)] || (() => import("./editor_text.js")))();
let editor;
try {
  editor = await edit(document.getElementById("canvas"), data("text-data"), {
    editable,
    offered: data("offered-data"),
    touched,
    address: place.dataset.rows,
    sheets: place.dataset.sheets,
    kind,
  });
} catch {
  // What cannot be drawn is shown as text, to be put right there.
  document.getElementById("canvas").replaceChildren();
  editor = await (
    await import("./editor_text.js")
  ).edit(document.getElementById("canvas"), data("text-data"), { editable, touched, kind });
}
const preview = beside(editor);

async function tell(ours) {
  const problems = [
    ...ours,
    ...((await editor.problems?.()) || []).filter((p) => !ours.some((o) => o.element === p.element && !p.mild)),
  ].sort((a, b) => Boolean(a.mild) - Boolean(b.mild));
  list.replaceChildren(
    ...problems.map((p) => {
      const title = editor.title?.(p.element) || p.element || "";
      const textContent = `${title || "（全文）"}：${p.message}`;
      const item = Object.assign(document.createElement("li"), {
        className: p.mild ? "advice" : "text-danger",
        textContent,
        title,
      });
      if (editor.knows?.(p.element)) {
        item.role = "button";
        item.onclick = () => editor.go(p.element);
      }
      return item;
    }),
  );
  if (problems.every((p) => p.mild))
    list.prepend(
      Object.assign(document.createElement("li"), { className: "text-success", textContent: "检查没有发现问题。" }),
    );
  editor.mark?.(problems);
}

async function check() {
  try {
    await tell((await send(place.dataset.lint, { text: await editor.read() })).problems);
  } catch (problem) {
    say(problem.message, "bad");
  }
}

function touched() {
  if (!editor) return;
  changed = true;
  say("未保存", "bad");
  clearTimeout(waiting);
  waiting = setTimeout(check, 600);
  clearTimeout(keeping);
  keeping = setTimeout(save, KEEP_AFTER);
}

async function save() {
  clearTimeout(keeping);
  if (!editable) return;
  say("正在保存……");
  try {
    const text = await editor.read(),
      answer = await send(place.dataset.address, { version, seen, text });
    version = answer.version;
    seen = answer.seen;
    changed = false;
    await tell(answer.problems);
    preview();
    say(`已保存 ${clockTime()}`, "good");
  } catch (problem) {
    say(problem.message, "bad");
  }
}

function download(content, type, as) {
  const link = Object.assign(document.createElement("a"), {
    href: URL.createObjectURL(new Blob([content], { type })),
    download: as,
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

const acts = {
  undo: () => editor.undo(),
  redo: () => editor.redo(),
  svg: async () => editor.svg && download(await editor.svg(), "image/svg+xml", name.replace(/\.\w+$/, ".svg")),
  png: async () => editor.png && download(await editor.png(), "image/png", name.replace(/\.\w+$/, ".png")),
  file: async () => download(await editor.read(), "application/octet-stream", name),
};
document.querySelectorAll("[data-do]").forEach((b) => b.addEventListener("click", () => acts[b.dataset.do]()));
document.querySelector("[data-import]")?.addEventListener("change", async (event) => {
  try {
    const text = await event.target.files[0].text(),
      { problems } = await send(place.dataset.lint, { text });
    const refused = problems.filter((p) => REFUSED.includes(p.rule));
    if (refused.length) throw new Error(refused.map((p) => `${p.element}：${p.message}`).join("；"));
    await editor.open(text);
    touched();
  } catch (problem) {
    say(`文件不能导入：${problem.message}`, "bad");
  }
});
document.getElementById("save")?.addEventListener("click", save);
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey && event.key === "s") {
    event.preventDefault();
    save();
  }
});
window.addEventListener("beforeunload", (event) => {
  if (changed) event.preventDefault();
});
await check();
place.dataset.ready = "1";
