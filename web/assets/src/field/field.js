// Visits without a network: take the forms along, fill them in, bring them back; a field that both sides changed is
// asked about.
import {
  FIELD,
  FIELD_CARRY,
  FIELD_WORKER,
  STATIC,
  caseAttachments,
  caseComments,
  fieldItem,
  taskDraft,
  taskHandwriting,
} from "../desk/addresses.js";
import "@bpmn-io/form-js-viewer/dist/assets/form-js.css";
import { Form } from "@bpmn-io/form-js-viewer";
import SignaturePad from "signature_pad";
import { takesNumbersAsWritten } from "../typing/amounts.js";
import { clockTime } from "../typing/clock_time.js";
import { chineseDates, written } from "../typing/dates.js";
import { say } from "../sending/send.js";
import { pinFault } from "./pin.js";
import { begin, isKept, throwAway, unlock } from "./sealed_store.js";
import { formsInChinese, hintsInChinese } from "../typing/words_of_forms.js";

const at = (id) => document.getElementById(id);
const make = (tag, attributes = {}, ...inside) => {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...inside);
  return made;
};
// A form fills fields that nobody touched with its own kinds of nothing.
const plain = (value) =>
  value === "" || value === false || (Array.isArray(value) && !value.length) ? null : (value ?? null);
const same = (one, other) => JSON.stringify(plain(one)) === JSON.stringify(plain(other));
let sealed = null,
  items = [],
  current = null,
  form = null,
  pad = null;

const NOT_SENT = "暂时不能上传，填写的内容仍在本机。";

async function ask(address, body, token) {
  const isForm = body instanceof FormData;
  const headers = { "X-Requested-With": "fetch" };
  if (body) Object.assign(headers, { "X-CSRFToken": token }, isForm ? {} : { "Content-Type": "application/json" });
  const response = await fetch(address, {
    method: body ? "POST" : "GET",
    headers,
    body: body && (isForm ? body : JSON.stringify(body)),
  });
  const answer = await response.json().catch(() => ({}));
  if (response.status === 401) throw new Error("登录已失效，请重新登录后再上传；填写的内容仍在本机。");
  if (!response.ok) throw new Error(answer.message || NOT_SENT);
  return answer;
}

// A page's own form, whose answer is a page.
async function postFile(address, body, token) {
  const headers = { "X-CSRFToken": token, "X-Requested-With": "fetch" };
  const response = await fetch(address, { method: "POST", body, headers });
  if (!response.ok) throw new Error((await response.json().catch(() => ({}))).message || NOT_SENT);
}

function located({ latitude, longitude, accuracy }) {
  return `已定位：${latitude.toFixed(5)}, ${longitude.toFixed(5)}（误差 ${Math.round(accuracy)} 米）`;
}

function visitedAt({ latitude, longitude, accuracy, when }) {
  const [north, east] = [latitude.toFixed(5), longitude.toFixed(5)];
  return /* data */ `入户定位：北纬 ${north}，东经 ${east}，误差 ${Math.round(accuracy)} 米（${when}）`;
}

function badgeOf(item) {
  if (item.brought) return "text-bg-success";
  return item.data ? "text-bg-warning" : "text-bg-light border";
}

// The page and all that it is made of are laid on the device; answers whether nothing is missing.
async function laidHere() {
  if (!navigator.serviceWorker) return false;
  await navigator.serviceWorker.register(FIELD_WORKER);
  const { active } = await navigator.serviceWorker.ready;
  const loaded = performance.getEntriesByType("resource").map((entry) => new URL(entry.name).pathname);
  const parts = [FIELD, ...new Set(loaded.filter((path) => path.startsWith(STATIC)))];
  const channel = new MessageChannel();
  const answer = new Promise((resolve) => {
    channel.port1.onmessage = (event) => resolve(event.data.isWhole);
  });
  active.postMessage({ parts }, [channel.port2]);
  return answer;
}
const offline = laidHere().catch(() => false);

function blobOf(address) {
  const [head, content] = address.split(",");
  return new Blob([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], { type: head.slice(5).split(";")[0] });
}

const keep = () => sealed.put("items", items);

function list() {
  at("locked").hidden = true;
  at("open").hidden = false;
  at("list").replaceChildren(
    ...items.map((item) =>
      make(
        "button",
        { className: "list-group-item list-group-item-action", onclick: () => fill(item) },
        make("strong", { textContent: `${item.applicant}　${item.title}` }),
        make("div", { className: "small", textContent: `${item.address}　${item.number}` }),
        make("span", {
          className: `badge ${badgeOf(item)}`,
          textContent: item.brought ? "已上传" : item.data ? "已填，未上传" : "未填",
        }),
      ),
    ),
  );
  if (!items.length)
    at("list").replaceChildren(
      make("p", { className: "text-body-secondary", textContent: "没有已签收、可以带出的待办。请先在“待办”中签收。" }),
    );
}

async function fill(item) {
  current = item;
  at("sheet").hidden = false;
  at("sheet-title").textContent = `${item.applicant}　${item.title}`;
  form?.destroy();
  form = new Form({ container: at("form"), debounce: false, additionalModules: [formsInChinese] });
  await form.importSchema(item.schema, item.data || item.base);
  let timer = null;
  form.on("changed", () => {
    clearTimeout(timer);
    timer = setTimeout(save, 800);
  });
  at("photos").replaceChildren(...(item.photos || []).map((p) => make("li", { textContent: p.name })));
  at("place").textContent = item.place ? located(item.place) : "";
  at("writing").hidden = !item.handwriting;
  at("writing-title").textContent = `${item.handwriting}手写签名`;
  pad ||= new SignaturePad(at("pad"), { penColor: "#111" });
  pad.clear();
  if (item.signature) pad.fromDataURL(item.signature);
  at("form").dataset.ready = "1";
  at("sheet").scrollIntoView();
}

async function save() {
  if (!current) return;
  current.data = form._getState().data;
  if (pad && !pad.isEmpty()) current.signature = at("pad").toDataURL("image/png");
  current.brought = false;
  await keep();
  at("kept").textContent = `已保存在本机 ${clockTime()}`;
  list();
}

// Fields that only one side changed are taken from that side; what both changed is for the person to say.
function merged(item, there) {
  const keys = new Set([...Object.keys(item.data), ...Object.keys(there.base)]),
    data = { ...there.base },
    conflicts = [];
  for (const key of keys) {
    const mine = item.data[key],
      theirs = there.base[key],
      before = item.base[key];
    if (same(mine, theirs)) continue;
    if (same(theirs, before)) data[key] = mine;
    else if (!same(mine, before)) conflicts.push({ key, label: there.labels[key] || key, mine, theirs });
  }
  return { data, conflicts };
}

function decide(item, conflicts) {
  const shown = (value) =>
    value === undefined || value === null || value === ""
      ? "（空）"
      : Array.isArray(value)
        ? value.join("、")
        : String(value);
  return new Promise((resolve) => {
    const dialog = at("conflicts"),
      rows = conflicts.map((one, n) =>
        make(
          "fieldset",
          { className: "mb-2" },
          make("legend", { className: "fs-6", textContent: one.label }),
          ...["mine", "theirs"].map((side) =>
            make(
              "label",
              { className: "d-block" },
              make("input", { type: "radio", name: `conflict-${n}`, value: side, required: true }),
              ` ${side === "mine" ? "外出填写" : "单位现有"}：${shown(one[side])}`,
            ),
          ),
        ),
      );
    at("conflict-title").textContent = `${item.applicant}　${item.title}：两处都改过的内容，请选择保留哪一个`;
    at("conflict-rows").replaceChildren(...rows);
    at("conflict-form").onsubmit = (event) => {
      event.preventDefault();
      const told = new FormData(event.target);
      dialog.close();
      resolve(Object.fromEntries(conflicts.map((one, n) => [one.key, one[told.get(`conflict-${n}`)]])));
    };
    dialog.oncancel = (event) => event.preventDefault();
    dialog.showModal();
  });
}

async function bring(item) {
  const there = await ask(fieldItem(item.id));
  if (there.gone) throw new Error(`${item.applicant}的“${item.title}”已由他人办理，填写的内容仍在本机。`);
  const { data, conflicts } = merged(item, there);
  if (conflicts.length) Object.assign(data, await decide(item, conflicts));
  const answer = await ask(
    taskDraft(item.number, item.id),
    { version: there.version, draft_version: there.draft_version, data },
    there.csrf,
  );
  for (const photo of (item.photos || []).filter((p) => !p.sent)) {
    const body = new FormData();
    body.append("file", blobOf(photo.content), photo.name);
    await postFile(caseAttachments(item.number), body, there.csrf);
    photo.sent = true;
  }
  if (item.signature)
    await ask(taskHandwriting(item.number, item.id), { version: there.version, picture: item.signature }, there.csrf);
  if (item.place && !item.place.sent) {
    const body = new FormData();
    body.append("text", visitedAt(item.place));
    await postFile(caseComments(item.number), body, there.csrf);
    item.place.sent = true;
  }
  Object.assign(item, { data, base: data, draft_version: answer.draft_version, version: there.version, brought: true });
  await keep();
}

at("carry").addEventListener("click", async () => {
  const pin = at("pin").value;
  const fault = pinFault(pin);
  if (fault) {
    say(fault, "bad");
    return;
  }
  const about = await isKept();
  if (about && !window.confirm("本机已有带出的表，没有上传的内容将被清除。确定重新带出吗？")) return;
  try {
    const carried = await ask(FIELD_CARRY);
    // By the device's own clock, which may not be the office's.
    const expires = new Date(Date.now() + carried.keep_seconds * 1000).toISOString();
    sealed = await begin(pin, expires);
    items = carried.items;
    await keep();
    const until = written(new Date(expires));
    list();
    if ((await offline) || (await laidHere().catch(() => false)))
      say(`已带出 ${items.length} 份，${until} 后自动清除`, "good");
    else say("表已存入本机，但本页没有存全，断网后打不开。请刷新本页，重新带出。", "bad");
  } catch (problem) {
    say(problem instanceof TypeError ? "没有网络，不能带出。" : problem.message, "bad");
  }
});
at("unlock").addEventListener("click", async () => {
  if (!(await isKept())) {
    say("本机没有带出的表，或者已经到期清除。", "bad");
    return;
  }
  try {
    sealed = await unlock(at("pin").value);
    items = (await sealed.get("items")) || [];
    say("");
    list();
  } catch {
    say("口令不对。", "bad");
  }
});
at("photo").addEventListener("change", async (event) => {
  for (const file of event.target.files) {
    const content = await new Promise((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result);
      reader.readAsDataURL(file);
    });
    (current.photos ||= []).push({ name: file.name || /* data */ `照片${current.photos.length + 1}.jpg`, content });
  }
  event.target.value = "";
  await save();
  await fill(current);
});
at("locate").addEventListener("click", () =>
  navigator.geolocation.getCurrentPosition(
    async ({ coords: { latitude, longitude, accuracy } }) => {
      current.place = { latitude, longitude, accuracy, when: written(new Date()) };
      await save();
      await fill(current);
    },
    () => say("没有取得位置，请检查定位权限。", "bad"),
  ),
);
at("clear-pad").addEventListener("click", () => {
  pad.clear();
  delete current.signature;
});
at("keep-pad").addEventListener("click", save);
at("bring").addEventListener("click", async () => {
  const waiting = items.filter((item) => item.data && !item.brought);
  let done = 0;
  for (const item of waiting) {
    say(`正在上传第 ${done + 1}/${waiting.length} 份……`);
    try {
      await bring(item);
      done += 1;
    } catch (fault) {
      say(fault instanceof TypeError ? "没有网络，填写的内容仍在本机。" : fault.message, "bad");
      list();
      return;
    }
  }
  say(waiting.length ? `已上传 ${done} 份，请到待办核对后办结` : "没有需要上传的内容。", "good");
  list();
});
at("wipe").addEventListener("click", async () => {
  if (window.confirm("清除后没有上传的内容不能恢复，确定吗？")) {
    await throwAway();
    location.reload();
  }
});
offline.then((isWhole) => {
  document.body.dataset.offline = isWhole ? "1" : "0";
});
chineseDates(at("form"));
takesNumbersAsWritten(at("form"));
hintsInChinese(at("form"));
at("state").textContent = (await isKept()) ? "本机有带出的表，输入口令打开。" : "本机没有带出的表。";
document.body.dataset.ready = "1";
