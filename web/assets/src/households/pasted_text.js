// What a text copied from a spreadsheet holds: rows, cells, and which field each of them is for.
// What heads of sheets are called here.
const HEADS = {
  姓名: "name",
  成员姓名: "name",
  家庭成员: "name",
  关系: "relation",
  与户主关系: "relation",
  家庭关系: "relation",
  证件类型: "document",
  证件号码: "id_number",
  身份证号: "id_number",
  身份证号码: "id_number",
  公民身份号码: "id_number",
  残疾类别: "disability_kind",
  残疾等级: "disability_grade",
  等级: "disability_grade",
  重病: "grave_illness",
  在校: "is_student",
  在校学生: "is_student",
  劳动能力: "work_ability",
  成员: "member",
  种类: "kind",
  类别: "kind",
  项目: "kind",
  金额: "amount",
  证明: "evidence",
  证明材料: "evidence",
  备注: "evidence",
};
// What spreadsheets say for what a list offers.
export const ALIKE = /* data */ {
  户主: "本人",
  妻子: "配偶",
  丈夫: "配偶",
  妻: "配偶",
  夫: "配偶",
  儿子: "子女",
  女儿: "子女",
  子: "子女",
  女: "子女",
  长子: "子女",
  次子: "子女",
  长女: "子女",
  次女: "子女",
  父亲: "父母",
  母亲: "父母",
  父: "父母",
  母: "父母",
  祖父: "祖父母",
  祖母: "祖父母",
  孙子: "孙子女",
  孙女: "孙子女",
  哥哥: "兄弟姐妹",
  弟弟: "兄弟姐妹",
  姐姐: "兄弟姐妹",
  妹妹: "兄弟姐妹",
  儿媳: "儿媳女婿",
  女婿: "儿媳女婿",
};
const MOST = 60; // rows of one paste

const bare = (text) => text.trim().replace(/\s+/g, " ");
export const isNumber = (text) => /^[-−－]?[¥￥]?[0-9０-９][0-9０-９,，.．]*元?$/.test(text);
export const isId = (text) => /^[0-9０-９]{17}[0-9０-９XxＸｘ]$/.test(text.replace(/\s/g, ""));

// Rows and cells of a text as a spreadsheet puts it on the clipboard.
export function cells(text) {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/\n+$/, "")
    .split("\n")
    .slice(0, MOST)
    .map((line) => line.split("\t").map((cell) => bare(cell.replace(/^"(.*)"$/, "$1"))));
}

// The fields that a head names, where the first row is one: most of its cells are words of a head.
export function fieldsOfHead(row) {
  const known = row.filter((head) => HEADS[head]).length;
  return known >= Math.min(2, row.length) ? row.map((head) => HEADS[head]) : null;
}

// Whether a tick stands for this text.
export const isYes = (text) => /^(是|有|√|✓|1|y|yes)$/i.test(text);

// Without a head: the field that a text looks like, of those that are still free in the row. `offered(name)` gives the
// words of a list, null where the field is none.
export function guess(text, free, offered) {
  const isOffered = (name) => offered(name)?.some((word) => word !== "无" && [text, ALIKE[text]].includes(word));
  const list = free.find((name) => name !== "document" && isOffered(name));
  if (list) return list;
  if (isId(text) && free.includes("id_number")) return "id_number";
  if (isNumber(text)) return free.includes("amount") ? "amount" : undefined;
  return ["name", "evidence"].find((name) => free.includes(name) && /[\u4e00-\u9fff]/.test(text));
}
