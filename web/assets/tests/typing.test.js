// Numbers, days and times as people type them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { plainNumber } from "../src/typing/amounts.js";
import { readDay, readTime } from "../src/typing/typed_days.js";

const day = (text) => {
  const read = readDay(text);
  return read && [read.getFullYear(), read.getMonth() + 1, read.getDate()];
};
const time = (text) => {
  const read = readTime(text);
  return read && [read.getHours(), read.getMinutes()];
};

test("numbers lose what a number field does not take", () => {
  for (const [typed, plain] of [
    ["18,000", "18000"],
    ["１８０００", "18000"],
    ["350.50元", "350.50"],
    ["￥1，200．5", "1200.5"],
    ["－300", "-300"],
    ["3。5", "3.5"],
    ["约三百", "约三百"],
  ])
    assert.equal(plainNumber(typed), plain, typed);
});

test("a day is read in all ways in which people write one", () => {
  for (const typed of ["2026-3-2", "2026.3.2", "2026/03/02", "2026年3月2日", "20260302", "２０２６年３月２日"])
    assert.deepEqual(day(typed), [2026, 3, 2], typed);
});

test("a day that does not exist is no day", () => {
  for (const typed of ["2026-2-29", "2026-13-1", "2026-4-45", "3月2日", "昨天", ""])
    assert.equal(day(typed), undefined, typed);
  assert.deepEqual(day("2028-2-29"), [2028, 2, 29]);
});

test("a time is read in all ways in which people write one", () => {
  for (const typed of ["8:05", "08：05", "8时5分", "0805"]) assert.deepEqual(time(typed), [8, 5], typed);
  assert.deepEqual(time("8点"), [8, 0]);
  for (const typed of ["24:00", "8:60", "早上", ""]) assert.equal(time(typed), undefined, typed);
});
