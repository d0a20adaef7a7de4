// Calculation sheets as a table: a line per row, computed from top to bottom; the text itself is one press away.
import { edit as editText } from "./editor_text.js";
import { send } from "../sending/send.js";

const make = (tag, attributes = {}, ...inside) => {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...inside);
  return made;
};
const COLUMNS = [
  ["title", "项目", "w-kind"],
  ["formula", "公式", ""],
  ["unit", "单位", "w-small"],
  ["article", "依据", "w-kind"],
  ["shown", "显示", "w-tick"],
  ["inline", "并入算式", "w-tick"],
  ["name", "标识", "w-kind"],
];
const TICKS = new Set(["shown", "inline"]);
const EMPTY = { name: "", title: "", formula: "", unit: "", article: "", shown: true, inline: false };

export async function edit(container, text, { editable, touched, sheets }) {
  let original = text,
    lines = [],
    plain = null;
  const heads = COLUMNS.map(([, title]) => make("th", { textContent: title, className: "small fw-normal" }));
  const body = make("tbody"),
    head = make("tr", {}, ...heads, make("th"));
  const table = make("table", { className: "table table-sm lines mb-0" }, make("thead", {}, head), body);
  table.setAttribute("aria-label", "计算表各行");
  const button = (title, act) =>
    make("button", { type: "button", className: "btn btn-sm btn-outline-secondary", textContent: title, onclick: act });
  const switcher = button("看文本", change),
    add = button("增加一行", () => {
      lines.push({ ...EMPTY });
      touched();
      show();
    });
  const bar = make("div", { className: "d-flex gap-2 p-2" }, ...(editable ? [add] : []), switcher);
  const place = make("div", { className: "px-2" }, table);
  container.append(bar, place);

  function cell(row, name, title) {
    const label = `${row.title || "新行"}的${title}`;
    if (TICKS.has(name)) {
      const tick = make("input", {
        type: "checkbox",
        className: "form-check-input",
        checked: row[name],
        disabled: !editable,
        ariaLabel: label,
      });
      tick.addEventListener("change", () => {
        row[name] = tick.checked;
        touched();
      });
      return tick;
    }
    const tag = name === "formula" ? "textarea" : "input";
    const className = `form-control form-control-sm ${name === "formula" ? "mono" : ""}`;
    const field = make(tag, { className, value: row[name], readOnly: !editable, ariaLabel: label });
    if (tag === "textarea")
      field.rows = Math.min(6, Math.max(1, Math.ceil(row.formula.length / 60), row.formula.split("\n").length));
    field.addEventListener("input", () => {
      row[name] = field.value;
      touched();
    });
    return field;
  }

  function moved(row, by) {
    const at = lines.indexOf(row);
    if (at + by < 0 || at + by >= lines.length) return;
    lines.splice(at, 1);
    lines.splice(at + by, 0, row);
    touched();
    show();
  }

  function acts(row) {
    const className = "btn btn-sm btn-link p-0 me-1";
    const one = (title, ariaLabel, onclick) =>
      make("button", { type: "button", className, textContent: title, ariaLabel, onclick });
    return [
      one("↑", "上移本行", () => moved(row, -1)),
      one("↓", "下移本行", () => moved(row, 1)),
      one("删", "删除本行", () => {
        if (!window.confirm(`删除“${row.title || row.name}”这一行？`)) return;
        lines.splice(lines.indexOf(row), 1);
        touched();
        show();
      }),
    ];
  }

  function show() {
    body.replaceChildren(
      ...lines.map((row) => {
        const cells = COLUMNS.map(([name, title, width]) => make("td", { className: width }, cell(row, name, title)));
        return make("tr", {}, ...cells, make("td", { className: "text-nowrap" }, ...(editable ? acts(row) : [])));
      }),
    );
  }

  const read = async () => (plain ? plain.read() : (await send(sheets, { text: original, rows: lines })).text);

  async function open(given) {
    original = given;
    if (plain) {
      await plain.open(given);
      return;
    }
    lines = (await send(sheets, { text: given })).rows;
    show();
  }

  async function change() {
    original = await read();
    if (plain) {
      plain = null;
      place.replaceChildren(table);
      await open(original);
    } else {
      place.replaceChildren();
      plain = await editText(place, original, { editable, touched, kind: "toml" });
    }
    switcher.textContent = plain ? "看表格" : "看文本";
    add.hidden = Boolean(plain);
  }

  await open(text);
  return {
    open,
    read,
    undo: () => (plain ? plain.undo() : document.execCommand("undo")),
    redo: () => (plain ? plain.redo() : document.execCommand("redo")),
    title: (element) => lines.find((l) => element?.endsWith(l.name) && l.name)?.title,
    mark: (problems) => plain?.mark(problems),
    knows: () => Boolean(plain),
    go: (element) => plain?.go(element),
  };
}
