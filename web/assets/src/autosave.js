// Saves a second and a half after the last key, every four seconds while somebody goes on typing, and again after
// four seconds when the network or the server failed: when the browser dies, at most five seconds of work are lost.  What another
// window saved meanwhile is never written over without being asked.
import { say } from "./send.js";

const REST = 1500, MOST = 4000;

// `save(overwrite)` sends what the window holds.
export function autosave(save) {
  let timer = null, since = 0, running = Promise.resolve(), ended = false;
  const run = () => { timer = null; since = 0; running = running.then(() => attempt(false)); };
  const wait = (milliseconds) => { clearTimeout(timer); if (!ended) timer = setTimeout(run, milliseconds); };

  async function attempt(overwrite) {
    if (ended) return;
    try {
      await save(overwrite);
      say(`已自动保存 ${new Date().toLocaleTimeString("zh-CN", { hour12: false })}`);
    } catch (fault) {
      say(fault.unreachable ? "网络不通，内容仍在本页，恢复后自动保存。" : fault.message, "bad");
      if (fault.later) wait(MOST);
      if (fault.code === "stale_draft") offerChoice();
    }
  }

  function offerChoice() {
    const keep = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm btn-outline-danger ms-2", textContent: "保留本页这一份" });
    const take = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm btn-outline-secondary ms-1", textContent: "改用另一份（刷新）" });
    keep.onclick = () => attempt(true);
    take.onclick = () => location.reload();
    document.getElementById("said").append(keep, take);
  }

  return {
    touched() { since ||= Date.now(); wait(Math.max(0, Math.min(REST, since + MOST - Date.now()))); },
    // Before the form is handed in: what waits is saved first, so that nothing is lost when it is refused.
    async rest() { if (timer !== null) { clearTimeout(timer); run(); } await running; },
    end() { ended = true; clearTimeout(timer); },
  };
}
