// Texts of scripts in another language: which are found, what replaces them, and that the catalogue is complete.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { catalogueOf, fault, pathOf, renewed, usedTexts } from "../languages/catalogue.js";
import { textsOf } from "../languages/texts.js";
import { translated, translation } from "../languages/translation.js";

const messages = (code) => textsOf(code).texts.map(({ message }) => message);
const inEnglish = (code, entries) => translated(code, new Map(Object.entries(entries)));

test("strings and templates with Chinese are texts", () => {
  assert.deepEqual(messages('say("已保存"); say("saved", /保存/, `\\u4fdd存`); join("、");'), ["已保存", "保存", "、"]);
});

test("a place is named by the last name of its expression", () => {
  const code = "`${done + 1}/${waiting.length} 份 ${Math.round(far)} ${names.join(', ')} ${a.b} ${c.b} ${1}`";
  assert.deepEqual(messages(code), ["{done}/{waiting} 份 {far} {names} {b} {b2} {value}"]);
});

test("names of properties and modules are no texts, values are", () => {
  assert.deepEqual(messages('import "./甲.js"; export * from "./乙.js"; const x = { "丙": "丁", 戊: 1, ["己"]: 2 };'), [
    "丁",
    "己",
  ]);
});

test("a string is replaced, and so is an attribute", () => {
  assert.equal(inEnglish('x.textContent = "已保存";', { 已保存: 'Say "saved"' }), 'x.textContent = "Say \\"saved\\"";');
  assert.equal(
    inEnglish('x.setAttribute("aria-label", "关闭")', { 关闭: "Close" }),
    'x.setAttribute("aria-label", "Close")',
  );
});

test("places of a template may change their order", () => {
  const code = inEnglish("f(`${row.name}的${title}`)", { "{name}的{title}": "{title} of `{name}`" });
  assert.equal(code, "f(`${title} of \\`${row.name}\\``)");
});

test("what a sign means in a template is written as text", () => {
  assert.equal(inEnglish("`价 ${n}`", { "价 {n}": "`a\\b ${x {n}" }), "`\\`a\\\\b \\${x ${n}`");
});

test("texts within the places of another are replaced, too", () => {
  const code = '`共 ${n ? `${n} 户` : "零"}${[1].map(() => `甲`)}`';
  const entries = { "共 {n}{value}": "{value}: {n} in all", "{n} 户": "{n} households", 零: "none", 甲: "A" };
  assert.equal(inEnglish(code, entries), '`${[1].map(() => `A`)}: ${n ? `${n} households` : "none"} in all`');
});

test("what is marked as data stays, and only that", () => {
  const code = 'const A = /* data */ { 妻子: "配偶" }; if (x === /* data */ "无" || y) say("无");';
  assert.equal(
    inEnglish(code, { 无: "None" }),
    'const A = /* data */ { 妻子: "配偶" }; if (x === /* data */ "无" || y) say("None");',
  );
});

test("a comment of a line is no mark", () => {
  assert.deepEqual(messages('// data\nsay("无");'), ["无"]);
});

test("words of a library are left out", () => {
  const code = 'localise(x, /* library */ { Close: "关闭" }); f({ .../* library */ Mandarin, n: 1 });';
  assert.equal(inEnglish(code, {}), "localise(x, /* library */ ({})); f({ .../* library */ ({}), n: 1 });");
});

test("a mark that concerns nothing is refused", () => {
  assert.throws(() => textsOf('f(/* data */ "none")'), /without Chinese: "none"/);
  assert.throws(() => textsOf("f(1 /* data */);"), /before no expression/);
});

test("a template with a tag is refused", () => {
  assert.throws(() => textsOf("tag`甲`"), /with a tag/);
});

test("a text that is missing or has other places is refused by name", () => {
  assert.throws(() => inEnglish('say("甲", "乙", "丙")', { 乙: "B" }), /“甲”: no translation\n“丙”: no translation/);
  assert.throws(() => inEnglish("`${n} 户`", { "{n} 户": "{m} households" }), /places \{m\}, not \{n\}/);
});

test("the build ends with the file and the text that has no translation", () => {
  const file = new URL("../src/desk/main.js", import.meta.url).pathname;
  const { transform } = translation(new Map([["甲", "A"]]));
  const error = (message) => {
    throw new Error(message);
  };
  assert.deepEqual(transform.call({ error }, 'say("甲")', file), { code: 'say("A")', map: null });
  assert.throws(() => transform.call({ error }, 'say("乙")', file), /src\/desk\/main\.js\n“乙”: no translation/);
  assert.equal(transform.call({ error }, 'say("乙")', "/elsewhere/library.js"), null);
});

test("every text of the scripts is in the catalogue, with the same places, and no other", () => {
  const catalogue = catalogueOf("en"),
    used = usedTexts();
  assert.ok(used.size > 300);
  const faults = [...used.keys()].map((message) => [message, fault(message, catalogue.get(message))]);
  assert.deepEqual(
    faults.filter(([, why]) => why),
    [],
  );
  assert.deepEqual(
    [...catalogue.keys()].filter((message) => !used.has(message)),
    [],
  );
});

test("the catalogue names the files of each text, in their order", () => {
  assert.equal(readFileSync(pathOf("en"), "utf-8"), renewed("en"), "run: npm run texts");
});

test("translations hold no Chinese", () => {
  const chinese = /[\p{Script=Han}\u3000-\u303f\uff00-\uffef]/u;
  assert.deepEqual(
    [...catalogueOf("en").values()].filter((text) => chinese.test(text)),
    [],
  );
});
