// A session that ended while somebody works: sign in on the spot as the same person, and go on.
import { ABOUT, SIGN_IN_AGAIN, SIGN_IN_PROVIDER, SIGN_IN_STATE } from "../desk/addresses.js";
import { take, verified } from "../identity/verify.js";

const meta = (name) => document.querySelector(`meta[name="${name}"]`);
const make = (tag, attributes = {}, ...inside) => {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...inside);
  return made;
};
let asking = null,
  declined = false;

async function state() {
  const answer = await fetch(SIGN_IN_STATE, { headers: { "X-Requested-With": "fetch" } });
  return answer.json();
}

// Whether the page may go on: the person is signed in (again, or already in another window).
export function renew(quiet) {
  if (!meta("account")) return Promise.resolve(false);
  asking ??= attempt(quiet).finally(() => {
    asking = null;
  });
  return asking;
}

async function attempt(quiet) {
  const found = await state();
  if (found.account === Number(meta("account").content)) {
    take(found);
    return true;
  }
  if (quiet && declined) return false;
  const is_again = await ask(found);
  declined = !is_again;
  return is_again;
}

// A token of somebody else's session never becomes the page's: it would act as that person.
function ask({ account, csrf }) {
  const { name, username } = meta("account").dataset;
  const field = { id: "again-password", type: "password", autocomplete: "current-password", required: true };
  const password = make("input", { ...field, className: "form-control mb-2" });
  const fault = make("div", { className: "fault mb-2", role: "alert" });
  const go = make("button", { className: "btn btn-primary", textContent: "登录并继续" });
  const later = make("button", {
    type: "button",
    className: "btn btn-outline-secondary ms-2",
    textContent: "稍后再登录",
  });
  const why =
    account !== null
      ? `本浏览器现在由其他账号登录。请用“${name}”登录后继续，或者稍后再提交。`
      : "登录已失效，您填写的内容还在本页。登录后接着提交。";
  const provider = meta("provider")?.content;
  const away = make("button", {
    type: "button",
    className: "btn btn-primary w-100 mb-3",
    textContent: `通过${provider}登录`,
  });
  const label = make("label", {
    className: "form-label",
    htmlFor: "again-password",
    textContent: `${name}（${username}）的密码`,
  });
  const form = make(
    "form",
    {},
    make("h2", { className: "h6", id: "again-title", textContent: "请重新登录" }),
    make("p", { className: "small", textContent: why }),
    ...(provider ? [away] : []),
    label,
    password,
    fault,
    go,
    later,
  );
  form.dataset.plain = "";
  const dialog = document.body.appendChild(make("dialog", { id: "sign-in-again" }, form));
  dialog.setAttribute("aria-labelledby", "again-title");
  return new Promise((resolve) => {
    const end = (result) => {
      dialog.close();
      dialog.remove();
      resolve(result);
    };
    // In a window of its own; this page looks until its person is there.
    away.onclick = async () => {
      window.open(`${SIGN_IN_PROVIDER}?next=${ABOUT}`, "_blank", "popup,width=520,height=680");
      while (dialog.isConnected) {
        await new Promise((wait) => setTimeout(wait, 1000));
        const found = await state().catch(() => null);
        if (dialog.isConnected && found?.account === Number(meta("account").content)) {
          take(found);
          end(true);
        }
      }
    };
    later.onclick = () => end(false);
    dialog.oncancel = (event) => {
      event.preventDefault();
      end(false);
    };
    form.onsubmit = async (event) => {
      event.preventDefault();
      go.disabled = true;
      try {
        const headers = { "Content-Type": "application/json", "X-CSRFToken": csrf, "X-Requested-With": "fetch" };
        const body = JSON.stringify({ username, password: password.value });
        const answer = await fetch(SIGN_IN_AGAIN, { method: "POST", headers, body });
        const found = await answer.json();
        if (answer.ok) {
          take(found);
          // The second factor follows in a window of its own.
          end(found.awaits ? await verified() : true);
          return;
        }
        fault.textContent = found.message;
      } catch {
        fault.textContent = "网络不通，请稍后再试。";
      }
      go.disabled = false;
      password.select();
    };
    dialog.showModal();
    password.focus();
  });
}
