// Families of a checked sheet are registered one after the other, each as a typed one is; what came of each stands in
// its row.
import { HOUSEHOLDS_SAVE } from "../desk/addresses.js";
import { data, say, send } from "../sending/send.js";

const button = document.getElementById("register"),
  progress = document.getElementById("progress");
const waiting = data("ready-data"),
  all = waiting.length;
const PAUSE = 10_000;
let done = 0;

const make = (tag, attributes = {}, ...inside) => {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...inside);
  return made;
};
const place = (family) => document.querySelector(`[data-family="${family.row}"] [data-said]`);

async function register(family, confirmed = []) {
  const saved = await send(HOUSEHOLDS_SAVE, {
    form: family.form,
    household: null,
    version: 0,
    token: family.token,
    unsaved: "",
    confirmed,
  });
  place(family).replaceChildren("已登记：", make("a", { href: saved.address, textContent: saved.household }));
  done += 1;
  progress.value = done;
}

// What is unusual of a family is said, and registered only when somebody says that it is so.
function refused(family, problem) {
  const { confirm: doubts, asked, ...fields } = problem.fields;
  const told = asked ?? [...new Set([problem.message, ...Object.values(fields).flat()])];
  place(family).replaceChildren(
    make("ul", { className: "plain mb-0 text-danger" }, ...told.map((one) => make("li", { textContent: one }))),
  );
  if (!doubts) return;
  place(family).append(
    make("button", {
      type: "button",
      className: "btn btn-sm btn-outline-primary",
      textContent: "确认属实，登记",
      onclick: async () => {
        try {
          await register(family, doubts);
          count();
        } catch (again) {
          refused(family, again);
        }
      },
    }),
  );
}

const count = () =>
  say(
    `已登记 ${done} 户，共 ${all} 户。${done < all && !waiting.length ? "其余见各行说明。" : ""}`,
    done === all ? "good" : "bad",
  );

button.addEventListener("click", async () => {
  button.disabled = true;
  progress.hidden = false;
  while (waiting.length) {
    try {
      await register(waiting[0]);
    } catch (problem) {
      // So many numbers a minute are taken of one person; the rest follows by itself.
      if (problem.code === "look_ups_too_fast") {
        say(`已登记 ${done} 户，还有 ${waiting.length} 户：每分钟登记的证件号码有上限，稍候自动继续。`);
        await new Promise((go) => {
          setTimeout(go, PAUSE);
        });
        continue;
      }
      // What may be taken later is not lost: the same press goes on with it.
      if (problem.later || problem.code === "look_ups_exhausted") {
        say(`${problem.message}已登记 ${done} 户，还有 ${waiting.length} 户未登记。`, "bad");
        button.disabled = false;
        button.textContent = `继续登记 ${waiting.length} 户`;
        return;
      }
      refused(waiting[0], problem);
    }
    waiting.shift();
    say(`正在登记：${done}/${all}`);
  }
  button.hidden = true;
  count();
});
