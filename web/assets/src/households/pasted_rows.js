// Rows copied from a spreadsheet go into rows and cells of the household's tables: by the head of the sheet where it
// came along, else by what a cell looks like.  What fits nowhere is told and left out.
import { ALIKE, cells, fieldsOfHead, guess, isYes } from "./pasted_text.js";

// What an option is called: as shown, and in Chinese.
const readings = (option, words) => [option.text, words.get(option.text) ?? option.text];

// Puts a text into a field; false where a list does not offer it.
function put(field, text, words) {
  if (field.type === "checkbox") {
    field.checked = isYes(text);
    return true;
  }
  if (field.tagName === "SELECT") {
    const option = [...field.options].find(
      (o) => o.value === text || readings(o, words).some((word) => word === text || word === ALIKE[text]),
    );
    if (!option) return false;
    field.value = option.value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }
  field.value = text;
  for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
  return true;
}

// The words of a list in a row, null where the field is none.
const wordsIn = (row, words) => (name) => {
  const field = row.querySelector(`[data-name="${name}"]`);
  return field.tagName === "SELECT" ? [...field.options].flatMap((option) => readings(option, words)) : null;
};

// `words`: what a list shows → the word of it in Chinese, as sheets have it whatever the language of the page.
export function splitsPastedRows(form, add, say, words = new Map()) {
  form.addEventListener("paste", (event) => {
    const field = event.target.closest?.("[data-lines] [data-name]"),
      text = event.clipboardData?.getData("text/plain") || "";
    if (!field || field.tagName !== "INPUT" || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    const list = field.closest("[data-lines]").dataset.lines;
    const rows = cells(text);
    const heads = fieldsOfHead(rows[0]);
    if (heads) rows.shift();
    const left = [];
    let row = field.closest("tr"),
      isUsed = Boolean(row.querySelector('[data-name="name"], [data-name="amount"]')?.value);
    for (const line of rows.filter((one) => one.some(Boolean))) {
      if (isUsed) row = add[list]();
      isUsed = true;
      const free = [...row.querySelectorAll("[data-name]")].map((one) => one.dataset.name);
      line.forEach((told, n) => {
        if (!told) return;
        const name = heads ? heads[n] : guess(told, free, wordsIn(row, words));
        const into = name && row.querySelector(`[data-name="${name}"]`);
        if (!into || !put(into, told, words)) {
          left.push(told);
          return;
        }
        free.splice(free.indexOf(name), 1);
      });
    }
    row.querySelector("input[data-name]").focus();
    say(
      `已粘贴 ${rows.length} 行，请核对。${left.length ? `未填入：${[...new Set(left)].slice(0, 8).join("、")}` : ""}`,
      left.length ? "bad" : "good",
    );
  });
}
