// Rows copied from a spreadsheet go into rows and cells of the household's tables: by the head of the sheet where it
// came along, else by what a cell looks like.  What fits nowhere is told and left out.
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
const ALIKE = {
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
const isNumber = (text) => /^[-−－]?[¥￥]?[0-9０-９][0-9０-９,，.．]*元?$/.test(text);
const isId = (text) => /^[0-9０-９]{17}[0-9０-９XxＸｘ]$/.test(text.replace(/\s/g, ""));

function cells(text) {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/\n+$/, "")
    .split("\n")
    .slice(0, MOST)
    .map((line) => line.split("\t").map((cell) => bare(cell.replace(/^"(.*)"$/, "$1"))));
}

// Puts a text into a field; false where a list does not offer it.
function put(field, text) {
  if (field.type === "checkbox") {
    field.checked = /^(是|有|√|✓|1|y)$/i.test(text);
    return true;
  }
  if (field.tagName === "SELECT") {
    const option = [...field.options].find((o) => o.text === text || o.value === text || o.text === ALIKE[text]);
    if (!option) return false;
    field.value = option.value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }
  field.value = text;
  for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
  return true;
}

// Without a head: the field that a text looks like, of those that are still free in the row.
function guess(row, text, free) {
  const list = free.find((name) => {
    const field = row.querySelector(`[data-name="${name}"]`);
    return (
      field.tagName === "SELECT" &&
      name !== "document" &&
      [...field.options].some((o) => o.text !== "无" && [text, ALIKE[text]].includes(o.text))
    );
  });
  if (list) return list;
  if (isId(text) && free.includes("id_number")) return "id_number";
  if (isNumber(text)) return free.includes("amount") ? "amount" : undefined;
  return ["name", "evidence"].find((name) => free.includes(name) && /[\u4e00-\u9fff]/.test(text));
}

export function splitsPastedRows(form, add, say) {
  form.addEventListener("paste", (event) => {
    const field = event.target.closest?.("[data-lines] [data-name]"),
      text = event.clipboardData?.getData("text/plain") || "";
    if (!field || field.tagName !== "INPUT" || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    const list = field.closest("[data-lines]").dataset.lines;
    const rows = cells(text);
    let heads = null;
    if (rows[0].filter((head) => HEADS[head]).length >= Math.min(2, rows[0].length))
      heads = rows.shift().map((head) => HEADS[head]);
    const left = [];
    let row = field.closest("tr"),
      isUsed = Boolean(row.querySelector('[data-name="name"], [data-name="amount"]')?.value);
    for (const line of rows.filter((one) => one.some(Boolean))) {
      if (isUsed) row = add[list]();
      isUsed = true;
      const free = [...row.querySelectorAll("[data-name]")].map((one) => one.dataset.name);
      line.forEach((told, n) => {
        if (!told) return;
        const name = heads ? heads[n] : guess(row, told, free);
        const into = name && row.querySelector(`[data-name="${name}"]`);
        if (!into || !put(into, told)) {
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
