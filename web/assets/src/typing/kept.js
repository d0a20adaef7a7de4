// What was typed and is not on the server yet: kept in this window alone, until the server has it.  It survives a
// reload and a sign-in; somebody else who signs in here finds nothing, and it ends with the window.
import { SIGN_OUT } from "../desk/addresses.js";
const PREFIX = "yimen-typed:";
const account = document.querySelector('meta[name="account"]')?.content ?? "";

function forget(isOurs) {
  for (const key of Object.keys(sessionStorage))
    if (key.startsWith(PREFIX) && !isOurs(key)) sessionStorage.removeItem(key);
}

// `name` is the form's own address.
export function kept(name) {
  const key = `${PREFIX}${account}:${name}`;
  return {
    put(value) {
      try {
        sessionStorage.setItem(key, JSON.stringify(value));
      } catch {
        /* full: the server's copy remains */
      }
    },
    take() {
      const found = sessionStorage.getItem(key);
      return found === null ? null : JSON.parse(found);
    },
    drop() {
      sessionStorage.removeItem(key);
    },
  };
}

// On every page: what others left in this window goes, and everything on leaving by oneself.
export function guard() {
  if (account) forget((key) => key.startsWith(`${PREFIX}${account}:`));
  document.querySelector(`form[action="${SIGN_OUT}"]`)?.addEventListener("submit", () => forget(() => false));
}
