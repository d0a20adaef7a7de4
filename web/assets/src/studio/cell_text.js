// What a cell of a decision table holds, said in words: 是, 全户纳入, 参数“低保标准”.
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

// `known` holds the words of each column, those of all columns, and the titles of names and parameters; empty when
// there is nothing to say.
export function cellText(text, column, known) {
  const word = (value, of) => known.columns[of]?.[value] ?? known.common[value] ?? value;
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
