// When what is typed is saved, without a page: a second and a half after the last key, every four seconds while
// somebody goes on typing, and again after four seconds when the network or the server failed. When the browser dies,
// at most five seconds of work are lost. What another window saved meanwhile is never written over without being
// asked.
export const REST = 1500;
export const MOST = 4000;

// `save(overwrite)` sends what the window holds; `read()` gives it; `own` keeps it in the window until it was sent.
// Nothing is saved before something differs from what the page came with: looking at a form is no draft.
// `say` is told of what happened: `saved()`, `failed(fault)`, `stale({ keep, take })`.
export function saving(save, read, own, say, isRestored = false) {
  let timer = null;
  let since = 0;
  let running = Promise.resolve();
  let ended = false;
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
      say.saved();
    } catch (fault) {
      say.failed(fault);
      if (fault.later) wait(MOST);
      if (fault.code === "stale_draft") say.stale({ keep: () => attempt(true), take: () => own.drop() });
    }
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

// Why it was not saved, in a sentence.
export function reason(fault) {
  if (fault.unreachable) return "网络不通，内容仍在本页，恢复后自动保存。";
  if (["page_expired", "signed_out", "other_account"].includes(fault.code))
    return "登录已失效，内容只在本页，尚未保存。";
  return fault.message;
}
