// Keeps on the server what is typed into a form that belongs to no step yet, under this window's mark.
import { autosave } from "./autosave.js";
import { send } from "./send.js";

// `read` gives what the form holds, `label` what the person recognises it by.
export function keepUnsaved(element, read, label) {
  const { token: sheet, place, base } = element.dataset;
  let seen = Number(element.dataset.seen);
  return autosave(async (overwrite) => {
    const answer = await send("/unsaved", { sheet, place, base: Number(base), seen, label: label(), data: read(), overwrite });
    seen = answer.version;
  });
}
