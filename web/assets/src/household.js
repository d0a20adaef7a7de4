import { data, say, send } from "./send.js";
import { keepUnsaved } from "./unsaved.js";

const form = document.getElementById("household");
if (form) edit();

function edit() {
  const kinds = data("kinds-data");
  const empty = { members: [{ relation: "本人" }], incomes: [], expenses: [], properties: [] };
  const { token } = form.dataset;
  let version = Number(form.dataset.version);

  const options = (pairs, chosen) => pairs.map(([value, title]) => { const o = new Option(title, value, false, String(value) === String(chosen ?? "")); return o; });
  const field = (name, element, value) => { element.dataset.name = name; element.value = value ?? ""; return element; };
  const input = (name, value, more = {}) => field(name, Object.assign(document.createElement("input"), { className: "form-control form-control-sm", ...more }), value);
  const select = (name, pairs, value) => { const s = Object.assign(document.createElement("select"), { className: "form-select form-select-sm" }); s.append(...options(pairs, value)); return field(name, s, value ?? pairs[0]?.[0]); };
  const tick = (name, value) => { const c = Object.assign(document.createElement("input"), { type: "checkbox", className: "form-check-input", checked: Boolean(value) }); c.dataset.name = name; return c; };

  function row(list, cells, person) {
    const tr = document.createElement("tr");
    if (person) tr.dataset.person = person;
    for (const [label, ...parts] of cells) {
      const td = document.createElement("td");
      for (const part of parts) { if (part.dataset?.name) part.setAttribute("aria-label", label); td.append(part); }
      tr.append(td);
    }
    const remove = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm btn-link p-0 text-danger", textContent: "删" });
    remove.setAttribute("aria-label", "删除本行");
    remove.onclick = () => { tr.remove(); names(); };
    const td = document.createElement("td"); td.append(remove); tr.append(td);
    form.querySelector(`[data-lines="${list}"]`).append(tr);
    return tr;
  }

  const add = {
    members(m = {}) {
      const hint = Object.assign(document.createElement("span"), { className: "hint" });
      if (m.birth_on) hint.textContent = `${m.sex}，${m.birth_on} 出生`;
      const number = input("id_number", m.id_number, { maxLength: 18, autocomplete: "off", spellcheck: false });
      const tr = row("members", [
        ["姓名", input("name", m.name)], ["与户主关系", select("relation", kinds.relations.map((r) => [r, r]), m.relation)], ["身份证号", number],
        ["残疾类别", select("disability_kind", kinds.disabilities.map((d) => [d, d || "无"]), m.disability_kind)],
        ["残疾等级", select("disability_grade", [[0, "—"], [1, "一级"], [2, "二级"], [3, "三级"], [4, "四级"]], m.disability_grade || 0)],
        ["重病", tick("grave_illness", m.grave_illness)], ["在校学生", tick("is_student", m.is_student)],
        ["劳动能力", select("work_ability", Object.entries(kinds.abilities), m.work_ability)], ["提示", hint]], m.person_id);
      number.placeholder = "无证件填“无”";
      if (number.value === "无") withoutNumber(hint, m);
      number.addEventListener("change", () => (number.value.trim() === "无" ? (fault(number, ""), withoutNumber(hint, {})) : lookUp(tr, number, hint)));
      tr.querySelector('[data-name="name"]').addEventListener("input", names);
      names();
      return tr;
    },
    incomes: (l = {}) => line("incomes", l), expenses: (l = {}) => line("expenses", l), properties: (l = {}) => line("properties", l),
  };

  function line(list, l) {
    const cells = [["种类", select("kind", Object.entries(kinds[list]), l.kind)], ["金额", input("amount", l.amount, { inputMode: "decimal" })], ["证明材料", input("evidence", l.evidence)]];
    if (list !== "properties") cells.unshift(["成员", select("member", memberNames(), l.member ?? 0)]);
    return row(list, cells);
  }
  const memberNames = () => [...form.querySelectorAll('[data-lines="members"] [data-name="name"]')].map((n, i) => [i, n.value || `成员${i + 1}`]);
  function names() {
    for (const s of form.querySelectorAll('select[data-name="member"]')) { const chosen = s.value; s.replaceChildren(...options(memberNames(), chosen)); }
  }

  // A person without an ID number: sex and about how old, until it is known who they are.
  function withoutNumber(hint, m) {
    const age = m.birth_on ? new Date().getFullYear() - Number(m.birth_on.slice(0, 4)) : "";
    const sex = select("sex", [["男", "男"], ["女", "女"]], m.sex), years = input("estimated_age", age, { inputMode: "numeric", placeholder: "约几岁" });
    sex.setAttribute("aria-label", "性别"); years.setAttribute("aria-label", "大约年龄");
    hint.replaceChildren(sex, years);
  }

  async function lookUp(tr, number, hint) {
    fault(number, "");
    if (!number.value.trim() || number.value.includes("*")) return;
    try {
      const found = await send("/people/look-up", { id_number: number.value });
      hint.replaceChildren(`${found.sex}，${found.age} 岁，${found.birth_on} 出生`);
      for (const warning of found.warnings) hint.append(Object.assign(document.createElement("span"), { className: "warn", textContent: warning }));
      const name = tr.querySelector('[data-name="name"]');
      if (!name.value && found.name) { name.value = found.name; names(); }
    } catch (problem) {
      fault(number, problem.message);
    }
  }

  function fault(element, text) {
    element.classList.toggle("is-invalid", Boolean(text));
    element.setAttribute("aria-invalid", text ? "true" : "false");
    let place = element.nextElementSibling;
    if (!place?.classList.contains("fault")) { place = Object.assign(document.createElement("div"), { className: "fault" }); element.after(place); }
    place.textContent = text;
  }

  function collect() {
    const value = { };
    for (const f of form.querySelectorAll("[data-field]")) value[f.dataset.field] = f.value.trim();
    for (const list of ["members", "incomes", "expenses", "properties"])
      value[list] = [...form.querySelectorAll(`[data-lines="${list}"] tr`)].map((tr) => {
        const one = tr.dataset.person ? { person_id: Number(tr.dataset.person) } : {};
        for (const f of tr.querySelectorAll("[data-name]")) one[f.dataset.name] = f.type === "checkbox" ? f.checked : f.dataset.name === "member" || f.dataset.name === "disability_grade" ? Number(f.value) : f.value.trim();
        return one;
      });
    return value;
  }

  async function save() {
    for (const bad of form.querySelectorAll(".is-invalid")) fault(bad, "");
    form.querySelector('[data-fault="members"]').textContent = "";
    await keeper.rest();
    say("正在保存……");
    try {
      const saved = await send("/households/save", { form: collect(), household: form.dataset.household || null, version, token: version ? "" : token, unsaved: token });
      keeper.end();
      version = saved.version;
      say("已保存", "good");
      location.href = saved.address;
    } catch (problem) {
      say(problem.message, "bad");
      let first = null;
      for (const [place, sentences] of Object.entries(problem.fields)) {
        const [list, n, name] = place.split(".");
        const element = n === undefined ? form.querySelector(`[data-field="${list}"]`) : form.querySelectorAll(`[data-lines="${list}"] tr`)[Number(n)]?.querySelector(`[data-name="${name}"]`);
        if (element) { fault(element, sentences.join("；")); first ??= element; } else form.querySelector('[data-fault="members"]').textContent = sentences.join("；");
      }
      first?.focus();
    }
  }

  const content = data("content-data") || empty;
  for (const f of form.querySelectorAll("[data-field]")) if (content[f.dataset.field] !== undefined) f.value = content[f.dataset.field];
  for (const list of ["members", "incomes", "expenses", "properties"]) for (const one of content[list]) add[list](one);
  names();
  for (const b of form.querySelectorAll("[data-add]")) b.addEventListener("click", () => add[b.dataset.add]().querySelector("[data-name]").focus());
  const keeper = keepUnsaved(form, collect, () => form.querySelector('[data-lines="members"] [data-name="name"]')?.value.trim() ?? "");
  for (const kind of ["input", "change"]) form.addEventListener(kind, () => keeper.touched());
  form.addEventListener("click", (event) => { if (event.target.closest("[data-add], .lines button")) keeper.touched(); });
  form.addEventListener("submit", (event) => { event.preventDefault(); save(); });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey && event.key === "s") { event.preventDefault(); save(); }
    if (event.altKey && event.key === "m") { event.preventDefault(); add.members().querySelector("[data-name]").focus(); }
  });
  form.dataset.ready = "1";
}
