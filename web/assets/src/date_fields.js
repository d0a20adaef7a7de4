// Fields for a day or a time of the desk's own pages: the same Chinese picker as in forms; typing is as good as picking.
import "flatpickr/dist/flatpickr.min.css";
import flatpickr from "flatpickr";
import { Mandarin } from "flatpickr/dist/l10n/zh.js";
import { inChinese } from "./dates.js";

const WIDE = /[\uff10-\uff19]/g;
const SIGNS = /[年月./．／－]/g;

// 2026-3-2, 2026.3.2, 2026年3月2日, 20260302, in full-width digits too.
export function readDay(text) {
  const plain = text.replace(WIDE, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(SIGNS, "-").replace(/[日\s]/g, "");
  const found = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(plain) || /^(\d{4})(\d{2})(\d{2})$/.exec(plain);
  if (!found) return undefined;
  const [year, month, day] = found.slice(1).map(Number), read = new Date(year, month - 1, day);
  return read.getMonth() === month - 1 && read.getDate() === day ? read : undefined;
}

const DAY = { dateFormat: "Y-m-d", parseDate: readDay };
const TIME = { dateFormat: "H:i", enableTime: true, noCalendar: true, time_24hr: true };

export function replaceNative(root) {
  for (const field of root.querySelectorAll('input[type="date"], input[type="time"]')) {
    const isDay = field.type === "date";
    field.type = "text";
    field.autocomplete = "off";
    if (!field.placeholder) field.placeholder = isDay ? "年-月-日" : "时:分";
    const picker = flatpickr(field, {
      locale: { ...Mandarin, firstDayOfWeek: 1 }, allowInput: true, disableMobile: true, ...(isDay ? DAY : TIME),
    });
    inChinese(picker.calendarContainer);
  }
}
