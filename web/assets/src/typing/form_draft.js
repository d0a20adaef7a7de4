// Keeps on the server what is typed into a form that belongs to no step yet, under this window's mark.
import { FORM_DRAFTS } from "../desk/addresses.js";
import { autosave } from "./autosave.js";
import { send } from "../sending/send.js";

// `read` gives what the form holds, `label` what the person recognises it by, `own` what keeps it in the window;
// `isRestored` when the window holds what the server has not.
export function keepFormDraft(element, read, label, own, isRestored = false) {
  const { token: sheet, place, base } = element.dataset;
  let seen = Number(element.dataset.seen);
  return autosave(
    async (overwrite) => {
      const body = { sheet, place, base: Number(base), seen, label: label(), data: read(), overwrite };
      seen = (await send(FORM_DRAFTS, body, true)).version;
      // Back and a reload come to what was typed, not to a blank form.
      history.replaceState(history.state, "", `${place}?unsaved=${encodeURIComponent(sheet)}`);
    },
    read,
    own,
    isRestored,
  );
}
