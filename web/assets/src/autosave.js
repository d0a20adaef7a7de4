// Saves a second and a half after the last key, every four seconds while somebody goes on typing, and again after
// four seconds when the network or the server failed: when the browser dies, at most five seconds of work are lost.
// What another window saved meanwhile is never written over without being asked.
import { saySaved } from "./send.js";

const REST = 1500,
  MOST = 4000;

// `save(overwrite)` sends what the window holds; `read()` gives it; `own` keeps it in the window until it was sent.
// Nothing is saved before something differs from what the page came with: looking at a form is no draft.
export function autosave(save, read, own, isRestored = false) {
  let timer = null,
    since = 0,
    running = Promise.resolve(),
    ended = false;
  let saved = isRestored ? "" : JSON.stringify(read());
  const run = () => {
    timer = null;
    since = 0;
    running = running.then(() => attempt(false));
  };
  const wait = (milliseconds) => {
    clearTimeout(timer);
    if (!ended) timer = setTimeout(run, milliseconds);
  };

  async function attempt(overwrite) {
    const sent = JSON.stringify(read());
    if (ended || (sent === saved && !overwrite)) return;
    try {
      await save(overwrite);
      saved = sent;
      if (JSON.stringify(read()) === sent) own.drop();
      saySaved(`已自动保存 ${new Date().toLocaleTimeString("zh-CN", { hour12: false })}`);
    } catch (fault) {
      saySaved(reason(fault), "bad");
      if (fault.later) wait(MOST);
      if (fault.code === "stale_draft") offerChoice();
    }
  }

  function reason(fault) {
    if (fault.unreachable) return "网络不通，内容仍在本页，恢复后自动保存。";
    if (["page_expired", "signed_out", "other_account"].includes(fault.code))
      return "登录已失效，内容只在本页，尚未保存。";
    return fault.message;
  }

  function offerChoice() {
    const button = (textContent, className, onclick) =>
      Object.assign(document.createElement("button"), {
        type: "button",
        className: `btn btn-sm ms-1 ${className}`,
        textContent,
        onclick,
      });
    const keep = button("保留本页这一份", "btn-outline-danger", () => attempt(true));
    const take = button("改用另一份（刷新）", "btn-outline-secondary", () => {
      own.drop();
      location.reload();
    });
    (document.getElementById("saved") || document.getElementById("said")).append(keep, take);
  }

  return {
    touched() {
      if (ended || JSON.stringify(read()) === saved) return;
      own.put(read());
      since ||= Date.now();
      wait(Math.max(0, Math.min(REST, since + MOST - Date.now())));
    },
    // Before the form is handed in: what waits is saved first, so that nothing is lost when it is refused.
    async rest() {
      if (timer !== null) {
        clearTimeout(timer);
        run();
      }
      await running;
    },
    end() {
      ended = true;
      clearTimeout(timer);
      own.drop();
    },
  };
}
