// Cells of decision tables in words.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cellText } from "../src/studio/cell_text.js";

const known = {
  columns: { 结论: { whole: "全户纳入" } },
  common: { true: "是" },
  names: { "family.size": "家庭人口", whole_family: "整户" },
  parameters: { "allowance.standard": "低保标准" },
};

test("values, names and parameters are said", () => {
  assert.equal(cellText('"whole"', "结论", known), "全户纳入");
  assert.equal(cellText('"whole"', "另一列", known), "whole");
  assert.equal(cellText("true", "", known), "是");
  assert.equal(cellText('whole_family, "whole"', "结论", known), "整户、全户纳入");
  assert.equal(cellText('<= param("allowance.standard")', "", known), "<= 参数“低保标准”");
  assert.equal(cellText("family.size + 1", "", known), "〔家庭人口〕＋1");
  assert.equal(cellText("boolean", "", known), "是或否");
});

test("an empty cell and a dash say nothing", () => {
  assert.equal(cellText("", "", known), "");
  assert.equal(cellText(" - ", "", known), "");
});
