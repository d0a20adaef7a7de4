// What the form viewer says, in Chinese.
import { localise } from "./localise.js";

const words = /* library */ {
  "Field is required.": "请填写此项",
  "Field must match pattern {value}.": "格式不正确",
  "Field must have minimum value of {value}.": "不能小于 {value}",
  "Field must have maximum value of {value}.": "不能大于 {value}",
  "Field must have minimum length of {value}.": "不能少于 {value} 个字",
  "Field must have maximum length of {value}.": "不能超过 {value} 个字",
};
const translate = (text, values = {}) => (words[text] || text).replace(/{([^}]+)}/g, (_, key) => values[key] ?? "");
export const formsInChinese = { translate: ["value", translate] };

// What stands in an empty list of choices; the viewer has no word table for it, and screen readers read it too.
export function hintsInChinese(container) {
  localise(container, /* library */ { Select: "请选择", Search: "输入文字查找", Browse: "选择文件" });
}

// Sentences of the server at the fields that they are about; the first of them is gone to.
export function showFaults(form, container, schema, fields) {
  const ids = Object.fromEntries(schema.components.filter((c) => c.key).map((c) => [c.key, c.id])),
    errors = {};
  for (const [key, sentences] of Object.entries(fields)) if (ids[key]) errors[ids[key]] = sentences;
  form._setState({ errors });
  container.querySelector(".fjs-has-errors input, .fjs-has-errors textarea, .fjs-has-errors select")?.focus();
}
