// When what is typed is saved, and what happens when it cannot be.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { MOST, REST, reason, saving } from "../src/typing/saving.js";

let content;
let kept;
let sent;
let said;
let answer;

const own = {
  put: (value) => (kept = value),
  drop: () => (kept = null),
};
const say = {
  saved: () => said.push("saved"),
  failed: (fault) => said.push(reason(fault)),
  stale: (choice) => said.push(choice),
};
const begin = (isRestored = false) =>
  saving(
    async (overwrite) => {
      await answer();
      sent.push({ content: { ...content }, overwrite });
    },
    () => content,
    own,
    say,
    isRestored,
  );
const settle = () => new Promise((resolve) => setImmediate(resolve));
async function pass(milliseconds) {
  mock.timers.tick(milliseconds);
  await settle();
}

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  content = { name: "" };
  kept = null;
  sent = [];
  said = [];
  answer = async () => {};
});

test("looking at a form is no draft", async () => {
  const draft = begin();
  draft.touched();
  await pass(MOST);
  assert.deepEqual(sent, []);
});

test("what is typed is kept at once and saved when the keys rest", async () => {
  const draft = begin();
  content = { name: "张三" };
  draft.touched();
  assert.deepEqual(kept, { name: "张三" });
  await pass(REST - 1);
  assert.deepEqual(sent, []);
  await pass(1);
  assert.deepEqual(sent, [{ content: { name: "张三" }, overwrite: false }]);
  assert.equal(kept, null);
  assert.deepEqual(said, ["saved"]);
});

test("whoever goes on typing is saved every four seconds", async () => {
  const draft = begin();
  for (let second = 0; second < 4; second += 1) {
    content = { name: String(second) };
    draft.touched();
    await pass(1000);
  }
  assert.deepEqual(
    sent.map((one) => one.content.name),
    ["3"],
  );
});

test("without a network it says so, keeps the content and tries again", async () => {
  answer = async () => {
    throw { unreachable: true, later: true };
  };
  const draft = begin();
  content = { name: "李四" };
  draft.touched();
  await pass(REST);
  assert.deepEqual(said, ["网络不通，内容仍在本页，恢复后自动保存。"]);
  assert.deepEqual(kept, { name: "李四" });
  answer = async () => {};
  await pass(MOST);
  assert.equal(sent.length, 1);
  assert.equal(kept, null);
});

test("what another window saved is written over only when somebody says so", async () => {
  answer = async () => {
    throw { code: "stale_draft", message: "另一窗口已保存。" };
  };
  const draft = begin();
  content = { name: "王五" };
  draft.touched();
  await pass(REST);
  const [sentence, choice] = said;
  assert.equal(sentence, "另一窗口已保存。");
  assert.deepEqual(sent, []);
  answer = async () => {};
  await choice.keep();
  assert.deepEqual(sent, [{ content: { name: "王五" }, overwrite: true }]);
  content = { name: "赵六" };
  draft.touched();
  choice.take();
  assert.equal(kept, null);
});

test("before a form is handed in, what waits is saved", async () => {
  const draft = begin();
  content = { name: "钱七" };
  draft.touched();
  await draft.rest();
  assert.equal(sent.length, 1);
});

test("after the end nothing is saved or kept", async () => {
  const draft = begin();
  content = { name: "孙八" };
  draft.touched();
  draft.end();
  await pass(MOST);
  draft.touched();
  assert.deepEqual(sent, []);
  assert.equal(kept, null);
});

test("what a window restored differs from the server, even before a key is pressed", async () => {
  const draft = begin(true);
  draft.touched();
  await pass(REST);
  assert.equal(sent.length, 1);
});

test("a sign-in that is over is told as what it is", () => {
  for (const code of ["page_expired", "signed_out", "other_account"])
    assert.equal(reason({ code, message: "x" }), "登录已失效，内容只在本页，尚未保存。");
  assert.equal(reason({ code: "invalid", message: "内容有误。" }), "内容有误。");
});
