// The date picker of forms as people here write dates: Chinese, Monday first, year-month-day.
import flatpickr from "flatpickr";
import { Mandarin } from "flatpickr/dist/l10n/zh.js";
import { localise } from "./localise.js";
import { inForm, keepTyped, readDay } from "./typed_days.js";

const HINTS = {
  "yyyy/mm/dd": "年-月-日",
  "mm/dd/yyyy": "年-月-日",
  "dd/mm/yyyy": "年-月-日",
  "yyyy/m/d": "年-月-日",
  "m/d/yyyy": "年-月-日",
  "d/m/yyyy": "年-月-日",
};
const NAMES = /* library */ { Month: "月", Year: "年", Hour: "时", Minute: "分", Second: "秒" };

// An instant as the desk's pages write it, whatever the language of the browser: 2026-03-02 09:05.
export const written = (instant) => flatpickr.formatDate(instant, "Y-m-d H:i");

// What the picker calls its own parts, for screen readers.
export function inChinese(calendar) {
  localise(calendar, NAMES);
}

// The viewer reads and writes days by the language of the browser and takes the 45th of a month for a day of the next.
// Here a day is written as on the desk's other pages and read in all ways in which people write one.
function asOnTheDesk(picker) {
  if (!inForm(picker.input)) return {};
  return {
    parseDate: readDay,
    formatDate: (day) => flatpickr.formatDate(day, "Y-m-d"),
    onReady: () => keepTyped(picker.input, picker, true),
  };
}

export function chineseDates(place) {
  flatpickr.setDefaults({ plugins: [asOnTheDesk] });
  flatpickr.localize({
    .../* library */ Mandarin,
    firstDayOfWeek: 1,
    yearAriaLabel: "年",
    monthAriaLabel: "月",
    hourAriaLabel: "时",
    minuteAriaLabel: "分",
  });
  localise(place, { ...HINTS, .../* library */ { ...NAMES, Increment: "加一", Decrement: "减一" } });
}
