// Parameters, sheets, templates: as they are written.
export async function edit(container, text, { editable, touched }) {
  const area = Object.assign(document.createElement("textarea"), { className: "form-control mono", rows: 26, spellcheck: false, value: text, readOnly: !editable, id: "text" });
  area.setAttribute("aria-label", "文件内容");
  area.addEventListener("input", touched);
  container.append(area);
  return { open: async (t) => { area.value = t; }, read: async () => area.value, undo: () => document.execCommand("undo"), redo: () => document.execCommand("redo") };
}
