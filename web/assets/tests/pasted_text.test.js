// What a text copied from a spreadsheet holds.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cells, fieldsOfHead, guess, isId, isNumber, isYes } from "../src/households/pasted_text.js";

const LISTS = { relation: ["本人", "配偶", "子女"], document: ["居民身份证"], disability_kind: ["无", "肢体"] };
const offered = (name) => LISTS[name] ?? null;
const FREE = ["name", "relation", "document", "id_number", "disability_kind"];

test("rows and cells, with quotes and spaces taken off", () => {
  assert.deepEqual(cells('张三\t 本人 \r\n"李四"\t配  偶\n\n'), [
    ["张三", "本人"],
    ["李四", "配 偶"],
  ]);
  assert.equal(cells("x\n".repeat(100)).length, 60);
});

test("a head names fields; a row of data is none", () => {
  assert.deepEqual(fieldsOfHead(["姓名", "与户主关系", "备注栏"]), ["name", "relation", undefined]);
  assert.deepEqual(fieldsOfHead(["金额"]), ["amount"]);
  assert.equal(fieldsOfHead(["张三", "本人"]), null);
});

test("a cell goes where it looks like it belongs", () => {
  assert.equal(guess("张三", FREE, offered), "name");
  assert.equal(guess("妻子", FREE, offered), "relation");
  assert.equal(guess("肢体", FREE, offered), "disability_kind");
  assert.equal(guess("11010519491231002X", FREE, offered), "id_number");
  assert.equal(
    guess("1,200.50", ["kind", "amount", "evidence"], () => null),
    "amount",
  );
  assert.equal(
    guess("收条", ["amount", "evidence"], () => null),
    "evidence",
  );
  assert.equal(guess("1200", FREE, offered), undefined);
});

test("“无” and a kind of document are chosen by nobody's guess", () => {
  assert.equal(guess("无", ["disability_kind"], offered), undefined);
  assert.equal(guess("居民身份证", ["document"], offered), undefined);
});

test("numbers, documents and ticks in full width, too", () => {
  assert.ok(isNumber("￥１，２００元") && isNumber("-300") && !isNumber("三百"));
  assert.ok(isId("１１０１０５１９４９１２３１００２Ｘ") && !isId("1101051949"));
  assert.ok(isYes("是") && isYes("√") && isYes("Y") && !isYes("否") && !isYes(""));
});
