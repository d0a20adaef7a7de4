// The date picker of forms as people here write dates: Chinese, Monday first, year-month-day.
import flatpickr from "flatpickr";
import { Mandarin } from "flatpickr/dist/l10n/zh.js";
import { localise } from "./localise.js";

const HINTS = { "yyyy/mm/dd": "年/月/日", "mm/dd/yyyy": "月/日/年", "dd/mm/yyyy": "日/月/年" };

export function chineseDates(place) {
  flatpickr.localize({ ...Mandarin, firstDayOfWeek: 1 });
  localise(place, HINTS);
}
