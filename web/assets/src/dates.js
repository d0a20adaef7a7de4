// The date picker of forms as people here write dates: Chinese, Monday first, year-month-day.
import flatpickr from "flatpickr";
import { Mandarin } from "flatpickr/dist/l10n/zh.js";
import { localise } from "./localise.js";

const HINTS = { "yyyy/mm/dd": "年/月/日", "mm/dd/yyyy": "月/日/年", "dd/mm/yyyy": "日/月/年" };
const NAMES = { Month: "月", Year: "年", Hour: "时", Minute: "分", Second: "秒" };

// What the picker calls its own parts, for screen readers.
export function inChinese(calendar) {
  localise(calendar, NAMES);
}

export function chineseDates(place) {
  flatpickr.localize({ ...Mandarin, firstDayOfWeek: 1, yearAriaLabel: "年", monthAriaLabel: "月", hourAriaLabel: "时", minuteAriaLabel: "分" });
  localise(place, { ...HINTS, ...NAMES, Increment: "加一", Decrement: "减一" });
}
