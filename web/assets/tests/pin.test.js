// What a PIN must be that seals a copy outside the office.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pinFault } from "../src/field/pin.js";

test("a PIN is long, mixed and not the same few characters", () => {
  assert.equal(pinFault("山水2026go上"), "口令至少 10 位。");
  assert.equal(pinFault("1234567890"), "口令须同时有数字和字母（或者汉字、符号）。");
  assert.equal(pinFault("abcdefghij"), "口令须同时有数字和字母（或者汉字、符号）。");
  assert.equal(pinFault("aaaaaaaaa1"), "口令至少要有 6 个不同的字符。");
  assert.equal(pinFault("山水相连2026年"), "口令至少 10 位。");
  assert.equal(pinFault("village2026"), "");
});
