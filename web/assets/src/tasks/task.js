import "@bpmn-io/form-js-viewer/dist/assets/form-js.css";
import { Form } from "@bpmn-io/form-js-viewer";
import { autosave } from "../typing/autosave.js";
import { data, say, saySaved, send } from "../sending/send.js";
import { takesNumbersAsWritten } from "../typing/amounts.js";
import { chineseDates } from "../typing/dates.js";
import { kept } from "../typing/kept.js";
import { offersPhrases } from "../typing/phrases.js";
import { unreadable } from "../typing/typed_days.js";
import { keepFormDraft } from "../typing/form_draft.js";
import { formsInChinese, hintsInChinese, showFaults } from "../typing/words_of_forms.js";

const place = document.getElementById("form");
const schema = data("schema-data");
// Without debounce nothing that was typed can be missing when the form is handed in at once.
const form = new Form({ container: place, debounce: false, additionalModules: [formsInChinese] });
let draftVersion = Number(place.dataset.draftVersion || 0);

const read = () => form._getState().data;
const own = kept(place.dataset.draft || place.dataset.place || location.pathname);

async function saveDraft(overwrite) {
  const body = { version: Number(place.dataset.version), draft_version: draftVersion, data: read(), overwrite };
  draftVersion = (await send(place.dataset.draft, body, true)).draft_version;
}

// A step has a draft of its own; an application is kept under the window's token until there is a case.
function keeping() {
  if (place.dataset.draft) return autosave(saveDraft, read, own);
  if (place.dataset.place) return keepFormDraft(place, read, () => place.dataset.storedLabel, own);
  return null;
}

async function complete(more = {}) {
  const button = document.getElementById("complete");
  button.disabled = true;
  document.activeElement?.blur();
  await new Promise((resolve) => setTimeout(resolve, 0));
  await keeper?.rest();
  say("正在提交……");
  try {
    const { data: values, errors } = form.submit();
    const days = unreadable(place),
      others = days.filter((day) => !Object.keys(errors).some((id) => day.id.includes(id)));
    const count = Object.keys(errors).length + others.length;
    if (count) {
      // What is shown in red is not sent: the page and the server check the same schema.
      say(`有 ${count} 处填写有误，请按提示修改后再提交；已填写的内容已保留。`, "bad");
      (
        place.querySelector(".fjs-has-errors input, .fjs-has-errors textarea, .fjs-has-errors select") ?? days[0]
      )?.focus();
      button.disabled = false;
      return;
    }
    const whole = { ...read(), ...values };
    const answer = await send(place.dataset.submit, {
      version: Number(place.dataset.version || 0),
      token: place.dataset.once || place.dataset.token,
      unsaved: place.dataset.token,
      data: whole,
      ...more,
    });
    keeper?.end();
    location.href = answer.address;
  } catch (fault) {
    const refusal = fault.message || "提交失败，内容仍在本页。";
    say(fault.message && fault.code === "stale_task" ? `${refusal}您填写的内容仍在本页。` : refusal, "bad");
    showFaults(form, place, schema, fault.fields || {});
    button.disabled = false;
  }
}

chineseDates(place);
takesNumbersAsWritten(place);
hintsInChinese(place);
await form.importSchema(schema, data("form-data"));
const keeper = keeping();
const typed = own.take();
if (typed) {
  // The window was left before the server had it.
  await form.importSchema(schema, typed);
  keeper?.touched();
  saySaved("已恢复本窗口尚未保存的内容");
}
form.on("changed", () => keeper?.touched());
// What the first look proposes is applied for as well at a press: the field of the form says so, and can be taken
// back there.
for (const button of document.querySelectorAll("[data-need]")) {
  button.addEventListener("click", async () => {
    const [key, value] = button.dataset.need.split("=");
    const now = read(),
      field = schema.components.find((f) => f.key === key);
    const more = field?.type === "checklist" ? [...new Set([...(now[key] ?? []), value])] : value;
    await form.importSchema(schema, { ...now, [key]: more });
    keeper?.touched();
    button.disabled = true;
    button.textContent = "已填入申请";
    place.querySelector(`[name="${key}"]:checked, [id*="${field?.id}"]`)?.scrollIntoView({ block: "center" });
  });
}
document.getElementById("complete").addEventListener("click", () => complete());
document.getElementById("cosign-after")?.addEventListener("click", () => {
  const box = document.querySelector("#cosign-box form");
  const signers = [...box.querySelectorAll('input[name="to"]:checked')].map((input) => Number(input.value));
  if (!signers.length) {
    say("请选择会签人。", "bad");
    return;
  }
  complete({ signers, mode: box.elements.mode.value, quorum: Number(box.elements.quorum.value) || 0 });
});
document.addEventListener(
  "keydown",
  (event) => {
    const button = document.getElementById("complete");
    if (!event.ctrlKey || event.key !== "Enter" || button.disabled || button.hidden) return;
    event.preventDefault();
    event.stopPropagation();
    complete();
  },
  true,
); // before the fields: a list of choices keeps Enter to itself
const writing = document.getElementById("handwriting");
if (writing) {
  const { default: SignaturePad } = await import("signature_pad");
  const canvas = document.getElementById("pad"),
    told = document.getElementById("written");
  const pad = new SignaturePad(canvas, { minWidth: 1.5, maxWidth: 4, penColor: "#111" });
  document.getElementById("clear-writing").addEventListener("click", () => pad.clear());
  document.getElementById("keep-writing").addEventListener("click", async () => {
    if (pad.isEmpty()) {
      told.textContent = "还没有签名";
      return;
    }
    try {
      await send(writing.dataset.address, {
        version: Number(place.dataset.version),
        picture: canvas.toDataURL("image/png"),
      });
      told.textContent = "已保存";
    } catch (fault) {
      told.textContent = fault.message;
    }
  });
}
if (place.dataset.draft) await offersPhrases(place);
// Typing begins at once; on a telephone this would open its keyboard, at a date the calendar over the form.
const first = place.querySelector("input:not([type=hidden]), textarea");
if (
  first &&
  document.activeElement === document.body &&
  matchMedia("(pointer: fine)").matches &&
  !first.closest(".fjs-form-field-datetime")
) {
  // A list of choices opens with the focus and would lie over the next fields: one Tab away it stays closed.
  const list = first.closest(".fjs-form-field-select");
  if (list) list.tabIndex = -1;
  (list || first).focus({ preventScroll: true });
}
place.dataset.ready = "1";
