// Days and times as people type them: what can be read, and what stays with a sentence because it cannot.
const WIDE = /[\uff10-\uff19]/g;
const SIGNS = /[年月./．／－]/g;

const narrow = (text) => text.replace(WIDE, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0));

// 2026-3-2, 2026.3.2, 2026年3月2日, 20260302, in full-width digits too: year, month and day, whether there is such a
// day or not.
function dayParts(text) {
  const plain = narrow(text)
    .replace(SIGNS, "-")
    .replace(/[日\s]/g, "");
  const found = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(plain) || /^(\d{4})(\d{2})(\d{2})$/.exec(plain);
  return found?.slice(1).map(Number);
}

export function readDay(text) {
  const parts = dayParts(text);
  if (!parts) return undefined;
  const [year, month, day] = parts,
    read = new Date(year, month - 1, day);
  return read.getFullYear() === year && read.getMonth() === month - 1 && read.getDate() === day ? read : undefined;
}

// 8:05, 08：05, 8时5分, 8点, 0805.
export function readTime(text) {
  const plain = narrow(text)
    .replace(/[：时点]/g, ":")
    .replace(/[分\s]/g, "")
    .replace(/:$/, ":0");
  const found = /^(\d{1,2}):(\d{1,2})$/.exec(plain) || /^(\d{2})(\d{2})$/.exec(plain);
  if (!found) return undefined;
  const [hour, minute] = found.slice(1).map(Number);
  return hour < 24 && minute < 60 ? new Date(2000, 0, 1, hour, minute) : undefined;
}

const NO_SUCH_DAY = "没有这一天，请核对年、月、日。";
const NOT_TAKEN = "这一天不在可以填写的范围内，请核对。";
const DAY_AS = "日期无法识别，请按“年-月-日”填写，如 2026-03-02，或者从日历中选择。";
const TIME_AS = "时间无法识别，请按“时:分”填写，如 08:30。";
let told = 0;

// What is wrong stands below the field, and a form is not sent with it; an empty sentence takes that back.
function tell(field, sentence) {
  field.setCustomValidity(sentence);
  const before = field.closest(".fjs-vertical-group") || field; // in a form the field stands in a frame of its own
  let place = document.getElementById(field.dataset.fault);
  if (!place && before.nextElementSibling?.classList.contains("fault")) place = before.nextElementSibling;
  if (!place && !sentence) return;
  if (!place) before.after((place = Object.assign(document.createElement("div"), { className: "fault" })));
  field.dataset.fault = place.id ||= `date-fault-${++told}`;
  place.setAttribute("role", "alert");
  place.textContent = sentence;
  field.classList.toggle("is-invalid", Boolean(sentence));
  field.setAttribute("aria-invalid", String(Boolean(sentence)));
  const described = (field.dataset.described ??= field.getAttribute("aria-describedby") ?? "");
  field.setAttribute("aria-describedby", sentence ? `${described} ${place.id}`.trim() : described);
}

function whatIsWrong(text, picker, isDay) {
  const read = picker.parseDate(text);
  if (read) return picker.isEnabled(read) ? "" : NOT_TAKEN;
  return isDay ? (dayParts(text) ? NO_SUCH_DAY : DAY_AS) : TIME_AS;
}

// The picker empties a field that it cannot read. Here what was typed stays, with a sentence on what to write.
export function keepTyped(field, picker, isDay) {
  const set = picker.setDate,
    isForm = inForm(field);
  let typed = "",
    isLeaving = false;
  function keep() {
    picker.clear(false);
    field.value = typed;
  }
  picker.setDate = (value, ...rest) => {
    // A form has no day of what cannot be read.
    if (value instanceof Date && Number.isNaN(value.getTime()) && typed) return keep();
    const text = typeof value === "string" ? value.trim() : "",
      wrong = text && whatIsWrong(text, picker, isDay);
    typed = wrong ? value : "";
    if (!wrong) {
      set(typeof value === "string" ? text : value, ...rest);
      tell(field, "");
      return;
    }
    isLeaving = true;
    queueMicrotask(() => {
      isLeaving = false;
    });
    if (isForm && picker.selectedDates.length) picker.clear(true); // the form must not go on with the day of before
    keep();
    tell(field, wrong);
  };
  // A picker of times that closes puts its own time where it read none; what somebody picks takes the place of what was
  // typed.
  picker.config.onValueUpdate.push((days) => {
    if (isLeaving) keep();
    else if (days.length) {
      typed = "";
      tell(field, "");
    }
  });
  field.form?.addEventListener("reset", () => {
    typed = "";
    tell(field, "");
  });
}

export const inForm = (field) => field.classList.contains("fjs-input");

// The days in a form that nobody can read: a step does not go on without them.
export const unreadable = (place) => [...place.querySelectorAll("input.fjs-input.is-invalid")];
