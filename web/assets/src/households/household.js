import { HOUSEHOLDS_SAVE, PEOPLE_LOOK_UP } from "../desk/addresses.js";
import { data, say, saySaved, send } from "../sending/send.js";
import { kept } from "../typing/kept.js";
import { splitsPastedRows } from "./pasted_rows.js";
import { SEXES } from "./sexes.js";
import { keepFormDraft } from "../typing/form_draft.js";

const WITHOUT = /* data */ "无"; // what stands for the number of somebody without a document

const form = document.getElementById("household");
if (form) edit();

function edit() {
  const kinds = data("kinds-data");
  const empty = { members: [{ relation: /* data */ "本人" }], incomes: [], expenses: [], properties: [] };
  const { token } = form.dataset;
  let version = Number(form.dataset.version),
    newRows = 0;

  const make = (tag, attributes) => Object.assign(document.createElement(tag), attributes);
  const options = (pairs, chosen) =>
    pairs.map(([value, title]) => new Option(title, value, false, String(value) === String(chosen ?? "")));
  // A day that nobody could read is dropped by a native field; the attribute keeps it, so that it comes back as it
  // was typed.
  const field = (name, element, value) => {
    element.dataset.name = name;
    if (element.type === "date") element.setAttribute("value", value ?? "");
    else element.value = value ?? "";
    return element;
  };
  const input = (name, value, more = {}) =>
    field(name, make("input", { className: "form-control form-control-sm", ...more }), value);
  const select = (name, pairs, value) => {
    const made = make("select", { className: "form-select form-select-sm" });
    made.append(...options(pairs, value));
    return field(name, made, value ?? pairs[0]?.[0]);
  };
  const tick = (name, value) => {
    const made = make("input", { type: "checkbox", className: "form-check-input", checked: Boolean(value) });
    made.dataset.name = name;
    return made;
  };

  function row(list, cells, person) {
    const tr = document.createElement("tr");
    if (person) tr.dataset.person = person;
    for (const [label, ...parts] of cells) {
      const td = document.createElement("td");
      for (const part of parts) {
        if (part.dataset?.name) part.setAttribute("aria-label", label);
        td.append(part);
      }
      tr.append(td);
    }
    const remove = make("button", {
      type: "button",
      className: "btn btn-sm btn-link p-0 text-danger",
      textContent: "删",
    });
    remove.setAttribute("aria-label", "删除本行");
    remove.onclick = () => {
      if (list === "members" ? lineGoesWith(tr) : true) {
        tr.remove();
        names();
      }
    };
    const td = document.createElement("td");
    td.append(remove);
    tr.append(td);
    form.querySelector(`[data-lines="${list}"]`).append(tr);
    return tr;
  }

  // Lines belong to a person, not to a place in the list: they go when the person goes, after a question.
  function lineGoesWith(tr) {
    const own = [...form.querySelectorAll('select[data-name="member"]')]
      .filter((s) => s.value === tr.dataset.key)
      .map((s) => s.closest("tr"));
    if (!own.length) return true;
    const count = (list) => own.filter((one) => one.closest(`[data-lines="${list}"]`)).length;
    const told = [
      ["收入", count("incomes")],
      ["支出", count("expenses")],
    ]
      .filter(([, n]) => n)
      .map(([title, n]) => `${title} ${n} 行`)
      .join("、");
    const name = tr.querySelector('[data-name="name"]').value || "未填姓名";
    if (!window.confirm(`删除成员“${name}”，其名下的${told}将一并删除。确定删除吗？`)) return false;
    for (const one of own) one.remove();
    return true;
  }

  const narrow = (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0);
  const plain = (text) =>
    text
      .replace(/[\uFF10-\uFF19\uFF21-\uFF3A\uFF41-\uFF5A]/g, narrow)
      .replace(/[\s\p{Cf}]/gu, "")
      .toUpperCase();

  const add = {
    members(m = {}) {
      const hint = Object.assign(document.createElement("span"), { className: "hint" });
      const number = input("id_number", m.id_number, { autocomplete: "off", spellcheck: false });
      const kind = select(
        "document",
        Object.entries(kinds.documents),
        m.document || (m.id_number === WITHOUT ? "none" : undefined),
      );
      const tr = row(
        "members",
        [
          ["姓名", input("name", m.name)],
          ["与户主关系", select("relation", kinds.relations, m.relation)],
          ["证件类型", kind],
          ["证件号码", number],
          ["残疾类别", select("disability_kind", kinds.disabilities, m.disability_kind)],
          [
            "残疾等级",
            select(
              "disability_grade",
              [
                [0, "—"],
                [1, "一级"],
                [2, "二级"],
                [3, "三级"],
                [4, "四级"],
              ],
              m.disability_grade || 0,
            ),
          ],
          ["重病", tick("grave_illness", m.grave_illness)],
          ["在校学生", tick("is_student", m.is_student)],
          ["劳动能力", select("work_ability", Object.entries(kinds.abilities), m.work_ability)],
          ["提示", hint, death(m)],
        ],
        m.person_id,
      );
      tr.dataset.key = m.key || `n${Date.now().toString(36)}-${(newRows += 1)}`;
      const ability = tr.querySelector('[data-name="work_ability"]');
      if (m.work_ability) ability.dataset.chosen = "yes";
      ability.addEventListener("change", () => {
        ability.dataset.chosen = "yes";
      });
      tr.addEventListener("change", ({ target }) => {
        if (target.dataset.name === "estimated_age") ableAt(tr, Number(target.value));
        if (target.dataset.name === "birth_on" && target.value) ableAt(tr, ageOf(target.value));
      });
      const fit = (known) => {
        number.placeholder = kind.value === "other" ? "证件号码" : "18 位号码，无证件填“无”";
        born(hint, kind, number, known);
      };
      fit(m);
      kind.addEventListener("change", () => {
        fault(number, "");
        if (kind.value === "none") number.value = WITHOUT;
        else if (number.value === WITHOUT) number.value = "";
        fit({});
      });
      number.addEventListener("change", () => {
        number.value = plain(number.value);
        if (number.value === WITHOUT) kind.value = "none";
        else if (kind.value === "none") kind.value = "id_card";
        fault(number, "");
        fit({});
        if (["id_card", "residence_permit", "foreign_card"].includes(kind.value)) lookUp(tr, number, hint, kind);
      });
      tr.querySelector('[data-name="name"]').addEventListener("input", names);
      names();
      return tr;
    },
    incomes: (l = {}) => line("incomes", l),
    expenses: (l = {}) => line("expenses", l),
    properties: (l = {}) => line("properties", l),
  };

  function line(list, l) {
    const cells = [
      ["种类", select("kind", Object.entries(kinds[list]), l.kind)],
      ["金额", input("amount", l.amount, { inputMode: "decimal" })],
      ["证明材料", input("evidence", l.evidence)],
    ];
    if (list !== "properties") cells.unshift(["成员", select("member", memberNames(), l.member)]);
    return row(list, cells);
  }
  const memberNames = () =>
    [...form.querySelectorAll('[data-lines="members"] tr')].map((tr, i) => [
      tr.dataset.key,
      tr.querySelector('[data-name="name"]').value || `成员${i + 1}`,
    ]);
  function names() {
    for (const s of form.querySelectorAll('select[data-name="member"]')) {
      const chosen = s.value;
      s.replaceChildren(...options(memberNames(), chosen));
      s.value = chosen;
    }
  }

  // What a number does not say: sex and birth date as the document shows them, or about how old somebody without
  // one is.
  function born(hint, kind, number, m) {
    const withoutBirth =
      kind.value === "other" || (kind.value === "foreign_card" && /^[A-Z]{3}\d{12}$/.test(number.value));
    if (kind.value !== "none" && !withoutBirth) {
      hint.textContent = m.birth_on ? `${SEXES[m.sex] ?? m.sex}，${m.birth_on} 出生` : "";
      return;
    }
    const sex = select("sex", Object.entries(SEXES), m.sex);
    const age = m.estimated_age ?? (m.birth_on ? new Date().getFullYear() - Number(m.birth_on.slice(0, 4)) : "");
    const when = withoutBirth
      ? input("birth_on", m.birth_on, { type: "date" })
      : input("estimated_age", age, { inputMode: "numeric", placeholder: "约几岁" });
    sex.setAttribute("aria-label", "性别");
    when.setAttribute("aria-label", withoutBirth ? "出生日期" : "大约年龄");
    hint.replaceChildren(sex, when);
  }

  function ageOf(day) {
    const [year, month, date] = day.split("-").map(Number),
      now = new Date();
    const before = now.getMonth() + 1 < month || (now.getMonth() + 1 === month && now.getDate() < date);
    return now.getFullYear() - year - (before ? 1 : 0);
  }

  // Children and old people are not preset as able to work; what a person chose stays.
  function ableAt(tr, age) {
    const ability = tr.querySelector('[data-name="work_ability"]');
    if (!kinds.ages || ability.dataset.chosen || Number.isNaN(age)) return;
    ability.value = age < kinds.ages.child || age >= kinds.ages.elderly ? "none" : "able";
  }

  // The date of death, asked for only where there is one.
  function death(m) {
    const place = Object.assign(document.createElement("span"), { className: "death" });
    const ask = () => {
      const on = input("died_on", m.died_on, { type: "date" });
      on.setAttribute("aria-label", "去世日期");
      place.replaceChildren("去世日期", on);
      return on;
    };
    if (m.died_on) {
      ask();
      return place;
    }
    const button = make("button", {
      type: "button",
      className: "btn btn-sm btn-link p-0 text-body-secondary",
      textContent: "登记去世",
    });
    button.onclick = () => ask().focus();
    place.append(button);
    return place;
  }

  async function lookUp(tr, number, hint, kind) {
    fault(number, "");
    if (!number.value.trim() || number.value.includes("*")) return;
    try {
      const found = await send(PEOPLE_LOOK_UP, {
        id_number: number.value,
        document: kind.value,
        name: tr.querySelector('[data-name="name"]').value,
      });
      kind.value = found.document;
      ableAt(tr, found.age);
      hint.replaceChildren(`${SEXES[found.sex] ?? found.sex}，${found.age} 岁，${found.birth_on} 出生`);
      for (const warning of found.warnings)
        hint.append(Object.assign(document.createElement("span"), { className: "warn", textContent: warning }));
      const name = tr.querySelector('[data-name="name"]');
      if (!name.value && found.name) {
        name.value = found.name;
        names();
      }
    } catch (problem) {
      fault(number, problem.message);
    }
  }

  function fault(element, text) {
    element.classList.toggle("is-invalid", Boolean(text));
    element.setAttribute("aria-invalid", text ? "true" : "false");
    let place = element.nextElementSibling;
    if (!place?.classList.contains("fault")) {
      place = make("div", { className: "fault" });
      element.after(place);
    }
    place.textContent = text;
  }

  // What was kept unsaved by an earlier version of this page names members by their place in the list.
  function keyed(told) {
    const members = told.members.map((m, n) => ({ key: m.person_id ? `p${m.person_id}` : `k${n}`, ...m }));
    const byKey = (l) => (typeof l.member === "number" ? { ...l, member: members[l.member]?.key } : l);
    return { ...told, members, incomes: told.incomes.map(byKey), expenses: told.expenses.map(byKey) };
  }

  function entered(f) {
    if (f.type === "checkbox") return f.checked;
    return f.dataset.name === "disability_grade" ? Number(f.value) : f.value.trim();
  }

  function collect() {
    const value = {};
    for (const f of form.querySelectorAll("[data-field]")) value[f.dataset.field] = f.value.trim();
    for (const list of ["members", "incomes", "expenses", "properties"])
      value[list] = [...form.querySelectorAll(`[data-lines="${list}"] tr`)].map((tr) => {
        const one = tr.dataset.person ? { person_id: Number(tr.dataset.person) } : {};
        if (tr.dataset.key) one.key = tr.dataset.key;
        for (const f of tr.querySelectorAll("[data-name]")) one[f.dataset.name] = entered(f);
        return one;
      });
    return value;
  }

  // What is unusual about the family: each sentence is ticked before it is saved.
  function askAbout(sentences, shown) {
    const box = document.getElementById("doubts"),
      list = box.querySelector("ul");
    list.replaceChildren(
      ...sentences.map((sentence, n) => {
        const item = document.createElement("li"),
          label = document.createElement("label");
        label.append(
          make("input", { type: "checkbox", className: "form-check-input me-1", value: sentence, id: `doubt-${n}` }),
          shown[n],
        );
        item.append(label);
        return item;
      }),
    );
    box.hidden = false;
    box.scrollIntoView({ block: "nearest" });
    list.querySelector("input").focus();
  }
  const confirmed = () => [...document.querySelectorAll("#doubts input:checked")].map((box) => box.value);
  const sure = new Set();
  document.querySelector("#doubts button").addEventListener("click", () => save());

  async function save() {
    for (const sentence of confirmed()) sure.add(sentence);
    for (const bad of form.querySelectorAll(".is-invalid")) fault(bad, "");
    form.querySelector('[data-fault="members"]').textContent = "";
    await keeper.rest();
    say("正在保存……");
    try {
      const saved = await send(HOUSEHOLDS_SAVE, {
        form: collect(),
        household: form.dataset.household || null,
        version,
        token: version ? "" : token,
        unsaved: token,
        confirmed: [...sure],
      });
      keeper.end();
      version = saved.version;
      say("已保存", "good");
      location.href = saved.address;
    } catch (problem) {
      say(problem.message, "bad");
      document.getElementById("doubts").hidden = true;
      if (problem.fields.confirm) {
        say("有少见的情况需要确认，尚未保存。", "bad");
        askAbout(problem.fields.confirm, problem.fields.asked);
        return;
      }
      let first = null;
      for (const [place, sentences] of Object.entries(problem.fields)) {
        const [list, n, name] = place.split(".");
        const tr = n === undefined ? null : form.querySelectorAll(`[data-lines="${list}"] tr`)[Number(n)];
        const element = tr ? tr.querySelector(`[data-name="${name}"]`) : form.querySelector(`[data-field="${list}"]`);
        if (element) {
          fault(element, sentences.join("；"));
          first ??= element;
        } else form.querySelector('[data-fault="members"]').textContent = sentences.join("；");
      }
      first?.focus();
    }
  }

  const own = kept(form.dataset.place);
  const stored = data("content-data"),
    typed = own.take();
  const content = keyed(typed || stored || empty);
  for (const f of form.querySelectorAll("[data-field]"))
    if (content[f.dataset.field] !== undefined) f.value = content[f.dataset.field];
  for (const list of ["members", "incomes", "expenses", "properties"]) for (const one of content[list]) add[list](one);
  names();
  for (const b of form.querySelectorAll("[data-add]"))
    b.addEventListener("click", () => add[b.dataset.add]().querySelector("[data-name]").focus());
  const householder = () => form.querySelector('[data-lines="members"] [data-name="name"]')?.value.trim() ?? "";
  const keeper = keepFormDraft(form, collect, householder, own, typed !== null);
  if (typed) {
    keeper.touched();
    saySaved("已恢复本窗口尚未保存的内容");
  }
  for (const kind of ["input", "change"]) form.addEventListener(kind, () => keeper.touched());
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-add], .lines button")) keeper.touched();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey && event.key === "s") {
      event.preventDefault();
      save();
    }
    if (event.altKey && event.key === "m") {
      event.preventDefault();
      add.members().querySelector("[data-name]").focus();
    }
  });
  splitsPastedRows(form, add, say, new Map(kinds.words.map(([word, shown]) => [shown, word])));
  form.dataset.ready = "1";
}
