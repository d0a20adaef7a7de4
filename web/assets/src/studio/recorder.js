// Recording a scenario: an application, then step by step the forms of whoever it is open with.
import "@bpmn-io/form-js-viewer/dist/assets/form-js.css";
import { Form } from "@bpmn-io/form-js-viewer";
import { SEXES } from "../households/sexes.js";
import { takesNumbersAsWritten } from "../typing/amounts.js";
import { chineseDates } from "../typing/dates.js";
import { unreadable } from "../typing/typed_days.js";
import { data, say, send } from "../sending/send.js";
import { formsInChinese, hintsInChinese, showFaults } from "../typing/words_of_forms.js";

const root = document.getElementById("recorder"),
  place = document.getElementById("place"),
  offered = data("offered-data");
const at = (id) => document.getElementById(id);
const make = (tag, attributes, ...inside) => {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...inside);
  return made;
};
const content = { programme: offered.programme, steps: [] };
const chosen = () => (at("pattern").value === "" ? undefined : offered.patterns[Number(at("pattern").value)]);
let household = { members: [] },
  standing = null;

// ---------------------------------------------------------------- the household

const CALLED = {
  name: "姓名",
  relation: "关系",
  birth: "出生日期",
  sex: "性别",
  income: "收入种类",
  amount: "一年的金额",
};
function memberRow(member = {}) {
  const [kind, amount] = Object.entries(member.income || {})[0] || ["", ""];
  const input = (name, value) =>
    make("input", { className: "form-control form-control-sm", value: value || "", name, ariaLabel: CALLED[name] });
  const select = (name, choices, value) => {
    const options = choices.map(([v, t]) => new Option(t, v));
    const s = make("select", { className: "form-select form-select-sm", name, ariaLabel: CALLED[name] }, ...options);
    s.value = value || choices[0][0];
    return s;
  };
  const cells = [
    input("name", member.name),
    select("relation", offered.relations, member.relation),
    input("birth", member.birth),
    select("sex", Object.entries(SEXES), member.sex),
    select("income", [["", "无"], ...offered.incomes], kind),
    input("amount", amount),
  ];
  const row = make("tr", {}, ...cells.map((c) => make("td", {}, c)));
  row.member = member;
  at("members").append(row);
}

function readHousehold() {
  const members = [...at("members").rows]
    .map((row) => {
      const value = (name) => row.querySelector(`[name="${name}"]`).value.trim();
      const member = {
        ...row.member,
        name: value("name"),
        relation: value("relation"),
        birth: value("birth"),
        sex: value("sex"),
      };
      const others = Object.fromEntries(Object.entries(row.member.income || {}).slice(1));
      member.income = { ...(value("income") ? { [value("income")]: value("amount").trim() || "0" } : {}), ...others };
      return member;
    })
    .filter((m) => m.name);
  return { ...household, members };
}

function usePattern() {
  const pattern = chosen();
  household = structuredClone(
    pattern?.household || /* data */ { members: [{ name: "张三", relation: "本人", birth: "1970-01-10", sex: "男" }] },
  );
  at("members").replaceChildren();
  household.members.forEach(memberRow);
  if (pattern) {
    at("division").value = pattern.division;
    if (pattern.process) at("start").value = pattern.process;
    if (pattern.fund) content.fund = pattern.fund;
  }
  application();
}

// ---------------------------------------------------------------- forms

async function ask(schema, values, title, hand) {
  const box = make("div", { className: "fjs-holder" }),
    button = make("button", { className: "btn btn-primary", textContent: `${title} (Ctrl+Enter)`, id: "complete" });
  place.replaceChildren(box, make("div", { className: "bar-bottom" }, button));
  const form = new Form({ container: box, debounce: false, additionalModules: [formsInChinese] });
  chineseDates(box);
  takesNumbersAsWritten(box);
  hintsInChinese(box);
  await form.importSchema(schema, values);
  button.addEventListener("click", async () => {
    document.activeElement?.blur();
    button.disabled = true;
    await new Promise((resolve) => setTimeout(resolve, 0));
    const { data: submitted } = form.submit(),
      [wrong] = unreadable(box);
    if (wrong) {
      wrong.focus();
      button.disabled = false;
      return;
    }
    const fault = await hand({ ...form._getState().data, ...submitted });
    if (fault) showFaults(form, box, schema, fault);
    button.disabled = false;
  });
}

function application() {
  const start = offered.starts.find((s) => s.process === at("start").value) || offered.starts[0],
    pattern = chosen();
  ask(start.form, pattern?.application || {}, "提出申请", async (values) => {
    Object.assign(content, {
      scenario: at("title").value.trim() || /* data */ "录制的情景",
      at: `${at("at").value}T09:00`,
      division: at("division").value,
      household: readHousehold(),
      application: values,
      steps: [],
    });
    if (start.process !== offered.starts[0].process) content.process = start.process;
    return play();
  });
}

function show() {
  at("begin").hidden = true;
  at("story").hidden = false;
  at("clock").textContent = standing.clock;
  at("steps").replaceChildren(
    ...content.steps.map((s) =>
      make("li", {
        textContent: s.wait
          ? `过 ${s.wait.replace("working days", "个工作日").replace("days", "天").replace("hours", "小时")}`
          : s.action === "return"
            ? `${s.shown}：退回`
            : s.shown,
      }),
    ),
  );
  if (!standing.open.length)
    return place.replaceChildren(
      make("p", {
        className: "alert alert-success",
        textContent: standing.outcome
          ? `办结：${standing.outcome}${standing.award ? `，每月 ${standing.award.monthly} 元，自 ${standing.award.from}` : ""}`
          : "没有等待人办理的环节，可以推进时间。",
      }),
    );
  const tabs = make(
    "div",
    { className: "nav nav-pills nav-sm mb-2" },
    ...standing.open.map((o, n) =>
      make("button", {
        className: `nav-link py-1 ${n ? "" : "active"}`,
        textContent: `${o.title}（${o.role}）`,
        title: o.case,
        onclick: (e) => {
          tabs.querySelectorAll("button").forEach((b) => b.classList.toggle("active", b === e.target));
          step(o, tabs);
        },
      }),
    ),
  );
  step(standing.open[0], tabs);
}

async function step(open, tabs) {
  const mark = {
    task: open.task,
    ...(open.own ? {} : { in: open.programme }),
    ...(open.department ? { department: open.department } : {}),
  };
  await ask(open.form || { type: "default", components: [] }, open.draft, `办结“${open.title}”`, (values) =>
    take({ ...mark, data: values }, open.title),
  );
  place.prepend(tabs);
  if (!open.earlier.length) return;
  const to = make(
      "select",
      { className: "form-select form-select-sm w-auto", ariaLabel: "退回到" },
      ...open.earlier.map(([task, title]) => new Option(title, task)),
    ),
    reason = make("input", {
      className: "form-control form-control-sm w-auto",
      placeholder: "退回理由",
      ariaLabel: "退回理由",
    });
  place.lastChild.append(
    make(
      "span",
      { className: "ms-auto d-flex gap-1" },
      to,
      reason,
      make("button", {
        className: "btn btn-sm btn-outline-secondary text-nowrap",
        textContent: "退回",
        onclick: () => take({ ...mark, action: "return", to: to.value, reason: reason.value }, open.title),
      }),
    ),
  );
}

// ---------------------------------------------------------------- playing

async function take(taken, shown) {
  content.steps.push({ ...taken, shown });
  const fields = await play();
  if (fields) content.steps.pop();
  return fields;
}

const told = () => ({ ...content, steps: content.steps.map(({ shown: _, ...kept }) => kept) });

async function play() {
  say("正在演练……");
  try {
    const found = await send(root.dataset.look, { content: told() });
    if (found.fault) {
      say(`${found.fault} ${Object.values(found.fields).flat().join("；")}`, "bad");
      return found.fields;
    }
    standing = found;
    say("");
    show();
    return null;
  } catch (fault) {
    say(fault.message, "bad");
    return {};
  }
}

at("back").addEventListener("click", async () => {
  if (content.steps.length) {
    content.steps.pop();
    await play();
    return;
  }
  at("begin").hidden = false;
  at("story").hidden = true;
  application();
});
at("wait").addEventListener("click", () => take({ wait: `${Number(at("number").value) || 1} ${at("unit").value}` }));
at("save").addEventListener("click", async () => {
  say("正在保存……");
  content.scenario = at("title").value.trim() || content.scenario;
  try {
    await send(root.dataset.save, { content: told(), name: at("name").value });
    location.href = root.dataset.draft;
  } catch (fault) {
    say(fault.message, "bad");
  }
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey && event.key === "Enter") {
    event.preventDefault();
    at("complete")?.click();
  }
});

offered.starts.forEach((s) => at("start").add(new Option(s.title, s.process)));
offered.divisions.forEach(([code, name]) => at("division").add(new Option(name, code)));
at("pattern").add(new Option("（不照用）", ""));
offered.patterns.forEach((p, n) => at("pattern").add(new Option(p.scenario, n)));
at("pattern").value = offered.patterns.length ? "0" : "";
at("at").value = offered.today;
at("start").addEventListener("change", application);
at("pattern").addEventListener("change", usePattern);
at("add-member").addEventListener("click", () => memberRow());
usePattern();
root.dataset.ready = "1";
