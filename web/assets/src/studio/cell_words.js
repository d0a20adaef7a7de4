// What cells of a decision table hold, said in words: 是, 全户纳入, 参数“低保标准”.  What is being edited stays as it is
// written; the file does, too.
import { cellText } from "./cell_text.js";

export function sayCells(container, known) {
  const column = (cell) => {
    const id = cell.closest("[data-col-id]")?.dataset.colId;
    const head = id && container.querySelector(`th[data-col-id="${CSS.escape(id)}"]`);
    return (head?.querySelector(".input-label, .output-label")?.textContent || head?.textContent || "").trim();
  };

  function show() {
    for (const cell of container.querySelectorAll(
      "td.input-cell .content-editable, td.output-cell .content-editable, .input-variable, .output-variable",
    )) {
      const text = cellText(cell.textContent, column(cell), known);
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
