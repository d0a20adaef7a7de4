// Keys of the queue, and what came of doing one thing to many steps.
import assert from "node:assert/strict";
import { test } from "node:test";
import { actionOf } from "../src/worklist/keys.js";
import { told } from "../src/worklist/results.js";

const pressed = (key, more = {}) => actionOf({ key, target: { tagName: "TR" }, ...more });

test("keys choose, open and change the queue", () => {
  assert.deepEqual(pressed("x"), { kind: "choose" });
  assert.deepEqual(pressed("X"), { kind: "choose_all" });
  assert.deepEqual(pressed("c"), { kind: "open" });
  assert.deepEqual(pressed("1"), { kind: "queue", number: 1 });
  for (const key of ["0", "10", "Enter", " ", "a", ""]) assert.equal(pressed(key), null, key);
});

test("nothing happens while somebody types or holds another key", () => {
  for (const tagName of ["INPUT", "TEXTAREA", "SELECT"]) assert.equal(pressed("x", { target: { tagName } }), null);
  assert.deepEqual(pressed("x", { target: { tagName: "INPUT", type: "checkbox" } }), { kind: "choose" });
  for (const held of ["ctrlKey", "altKey", "metaKey"]) assert.equal(pressed("c", { [held]: true }), null);
});

test("results are counted and told row by row", () => {
  const row = (ok, title, said) => ({ ok, title, said });
  assert.deepEqual(told({ title: "签收", results: [row(true, "张三 初审", "已签收")] }), {
    failed: 0,
    heading: "签收：成功 1 项",
    lines: [{ ok: true, text: "✓ 张三 初审：已签收" }],
  });
  const both = told({ title: "签收", results: [row(true, "a", "b"), row(false, "李四 初审", "已由他人签收")] });
  assert.equal(both.heading, "签收：成功 1 项，未成功 1 项");
  assert.equal(both.lines[1].text, "✗ 李四 初审：已由他人签收");
});
