// Fields for a day or a time of the desk's own pages: the same Chinese picker as in forms; typing is as good as picking.
import "flatpickr/dist/flatpickr.min.css";
import flatpickr from "flatpickr";
import { Mandarin } from "flatpickr/dist/l10n/zh.js";
import { inChinese } from "./dates.js";

const WIDE = /[\uff10-\uff19]/g;
const SIGNS = /[年月./．／－]/g;

const narrow = (text) => text.replace(WIDE, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0));

// 2026-3-2, 2026.3.2, 2026年3月2日, 20260302, in full-width digits too: year, month and day, whether there is such a day or not.
function dayParts(text) {
  const plain = narrow(text).replace(SIGNS, "-").replace(/[日\s]/g, "");
  const found = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(plain) || /^(\d{4})(\d{2})(\d{2})$/.exec(plain);
  return found?.slice(1).map(Number);
}

export function readDay(text) {
  const parts = dayParts(text);
  if (!parts) return undefined;
  const [year, month, day] = parts, read = new Date(year, month - 1, day);
  return read.getFullYear() === year && read.getMonth() === month - 1 && read.getDate() === day ? read : undefined;
}

// 8:05, 08：05, 8时5分, 8点, 0805.
export function readTime(text) {
  const plain = narrow(text).replace(/[：时点]/g, ":").replace(/[分\s]/g, "").replace(/:$/, ":0");
  const found = /^(\d{1,2}):(\d{1,2})$/.exec(plain) || /^(\d{2})(\d{2})$/.exec(plain);
  if (!found) return undefined;
  const [hour, minute] = found.slice(1).map(Number);
  return hour < 24 && minute < 60 ? new Date(2000, 0, 1, hour, minute) : undefined;
}

const quiet = () => {}; // what cannot be read is said at the field, not in the console
const DAY = { dateFormat: "Y-m-d", parseDate: readDay, errorHandler: quiet };
const TIME = { dateFormat: "H:i", parseDate: readTime, errorHandler: quiet, enableTime: true, noCalendar: true, time_24hr: true };

const NO_SUCH_DAY = "没有这一天，请核对年、月、日。";
const DAY_AS = "日期无法识别，请按“年-月-日”填写，如 2026-03-02，或者从日历中选择。";
const TIME_AS = "时间无法识别，请按“时:分”填写，如 08:30。";
let told = 0;

// What is wrong stands below the field, and a form is not sent with it; an empty sentence takes that back.
function tell(field, sentence) {
  field.setCustomValidity(sentence);
  let place = field.nextElementSibling?.classList.contains("fault") ? field.nextElementSibling : null;
  if (!place && !sentence) return;
  if (!place) field.after(place = Object.assign(document.createElement("div"), { className: "fault" }));
  place.id ||= `date-fault-${++told}`;
  place.setAttribute("role", "alert");
  place.textContent = sentence;
  field.classList.toggle("is-invalid", Boolean(sentence));
  field.setAttribute("aria-invalid", String(Boolean(sentence)));
  if (sentence) field.setAttribute("aria-describedby", place.id); else field.removeAttribute("aria-describedby");
}

// The picker empties a field that it cannot read. Here what was typed stays, with a sentence on what to write.
function keepTyped(field, picker, isDay) {
  const set = picker.setDate;
  let typed = "", isLeaving = false;
  picker.setDate = (value, ...rest) => {
    typed = typeof value === "string" && value.trim() && !picker.parseDate(value) ? value : "";
    if (!typed) { set(typeof value === "string" ? value.trim() : value, ...rest); tell(field, ""); return; }
    isLeaving = true;
    queueMicrotask(() => { isLeaving = false; });
    picker.clear(false);
    field.value = typed;
    tell(field, isDay ? (dayParts(typed) ? NO_SUCH_DAY : DAY_AS) : TIME_AS);
  };
  // A picker of times that closes puts its own time where it read none; what somebody picks takes the place of what was typed.
  picker.config.onValueUpdate.push((days) => {
    if (isLeaving) { picker.clear(false); field.value = typed; } else if (days.length) { typed = ""; tell(field, ""); }
  });
  field.form?.addEventListener("reset", () => { typed = ""; tell(field, ""); });
}

export function replaceNative(root) {
  for (const field of root.querySelectorAll('input[type="date"], input[type="time"]')) {
    // A native field shows nothing of a value that it cannot read; what was kept of it is in the attribute.
    const isDay = field.type === "date", kept = field.value || field.getAttribute("value") || "";
    field.type = "text";
    field.value = kept;
    field.autocomplete = "off";
    if (!field.placeholder) field.placeholder = isDay ? "年-月-日" : "时:分";
    const picker = flatpickr(field, {
      locale: { ...Mandarin, firstDayOfWeek: 1 }, allowInput: true, disableMobile: true, ...(isDay ? DAY : TIME),
    });
    keepTyped(field, picker, isDay);
    if (kept) picker.setDate(kept);
    inChinese(picker.calendarContainer);
  }
}
