// Saves while somebody types and says so on the page; when it saves is the matter of saving.js.
import { saySaved } from "../sending/send.js";
import { clockTime } from "./clock_time.js";
import { reason, saving } from "./saving.js";

const button = (textContent, className, onclick) =>
  Object.assign(document.createElement("button"), {
    type: "button",
    className: `btn btn-sm ms-1 ${className}`,
    textContent,
    onclick,
  });

const onPage = {
  saved: () => saySaved(`已自动保存 ${clockTime()}`),
  failed: (fault) => saySaved(reason(fault), "bad"),
  stale({ keep, take }) {
    const mine = button("保留本页这一份", "btn-outline-danger", keep);
    const theirs = button("改用另一份（刷新）", "btn-outline-secondary", () => {
      take();
      location.reload();
    });
    (document.getElementById("saved") || document.getElementById("said")).append(mine, theirs);
  },
};

export const autosave = (save, read, own, isRestored = false) => saving(save, read, own, onPage, isRestored);
