// Fields for a day or a time of the desk's own pages: the same Chinese picker as in forms; typing is as good
// as picking.
import "flatpickr/dist/flatpickr.min.css";
import flatpickr from "flatpickr";
import { Mandarin } from "flatpickr/dist/l10n/zh.js";
import { inChinese } from "./dates.js";
import { keepTyped, readDay, readTime } from "./typed_days.js";

const quiet = () => {}; // what cannot be read is said at the field, not in the console
const DAY = { dateFormat: "Y-m-d", parseDate: readDay, errorHandler: quiet };
const TIME = {
  dateFormat: "H:i",
  parseDate: readTime,
  errorHandler: quiet,
  enableTime: true,
  noCalendar: true,
  time_24hr: true,
};

export function replaceNative(root) {
  for (const field of root.querySelectorAll('input[type="date"], input[type="time"]')) {
    // A native field shows nothing of a value that it cannot read; what was kept of it is in the attribute.
    const isDay = field.type === "date",
      kept = field.value || field.getAttribute("value") || "";
    field.type = "text";
    field.value = kept;
    field.autocomplete = "off";
    if (!field.placeholder) field.placeholder = isDay ? "年-月-日" : "时:分";
    const picker = flatpickr(field, {
      locale: { .../* library */ Mandarin, firstDayOfWeek: 1 },
      allowInput: true,
      disableMobile: true,
      ...(isDay ? DAY : TIME),
    });
    keepTyped(field, picker, isDay);
    if (kept) picker.setDate(kept);
    inChinese(picker.calendarContainer);
  }
}
