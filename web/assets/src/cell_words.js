// What cells of a decision table hold, said in words: 是, 全户纳入, 参数“低保标准”.  What is being edited stays as it is
// written; the file does, too.
const TYPES = {
  string: "文字",
  boolean: "是或否",
  number: "数字",
  date: "日期",
  integer: "整数",
  long: "整数",
  double: "数字",
};
const LITERAL = /"([^"]*)"|'([^']*)'/g;
const LIST = /^\s*("[^"]*"|'[^']*'|[\w.]+)(\s*,\s*("[^"]*"|'[^']*'|[\w.]+))*\s*$/;

export function sayCells(container, known) {
  const word = (value, column) => known.columns[column]?.[value] ?? known.common[value] ?? value;

  function said(text, column) {
    const bare = text.trim();
    if (!bare || bare === "-") return "";
    if (TYPES[bare]) return TYPES[bare];
    if (LIST.test(bare) && !bare.includes("(")) {
      const parts = bare.split(",").map((part) => part.trim());
      return parts.map((part) => known.names[part] || word(part.replace(/^["']|["']$/g, ""), column)).join("、");
    }
    return bare
      .replace(/param(?:_on)?\(\s*['"]([\w.]+)['"][^)]*\)/g, (_, name) => `参数“${known.parameters[name] || name}”`)
      .replace(/[a-z_]+\.[a-z_]+/g, (name) => (known.names[name] ? `〔${known.names[name]}〕` : name))
      .replace(LITERAL, (_, a, b) => word(a ?? b, column))
      .replace(/ \+ /g, "＋");
  }

  const column = (cell) => {
    const id = cell.closest("[data-col-id]")?.dataset.colId;
    const head = id && container.querySelector(`th[data-col-id="${CSS.escape(id)}"]`);
    return (head?.querySelector(".input-label, .output-label")?.textContent || head?.textContent || "").trim();
  };

  function show() {
    for (const cell of container.querySelectorAll(
      "td.input-cell .content-editable, td.output-cell .content-editable, .input-variable, .output-variable",
    )) {
      const text = said(cell.textContent, column(cell));
      if (!text || text === cell.textContent.trim()) delete cell.dataset.said;
      else if (cell.dataset.said !== text) cell.dataset.said = text;
    }
  }
  let waiting = null;
  const soon = () => {
    waiting ??= requestAnimationFrame(() => {
      waiting = null;
      show();
    });
  };
  new MutationObserver(soon).observe(container, { subtree: true, childList: true, characterData: true });
  show();
}
