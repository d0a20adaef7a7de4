// Before weighty acts somebody proves once more who they are, in place; what was typed stays, and the act goes on.
import {
  IDENTITY_PASSKEY,
  IDENTITY_PASSKEY_OPTIONS,
  IDENTITY_STATE,
  IDENTITY_VERIFY,
  SIGN_IN_PROVIDER,
} from "../desk/addresses.js";
import { refused, sign, usable } from "./passkeys.js";

const meta = (name) => document.querySelector(`meta[name="${name}"]`);
const make = (tag, attributes = {}, ...inside) => {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...inside);
  return made;
};
const UNREACHABLE = "网络不通，请稍后再试。";
let asking = null;

// The page's token, after the session has got another mark.
export function take(found) {
  meta("csrf-token").content = found.csrf;
  for (const input of document.querySelectorAll('input[name="csrf_token"]')) input.value = found.csrf;
}

async function ask(address, body) {
  const headers = {
    "Content-Type": "application/json",
    "X-CSRFToken": meta("csrf-token").content,
    "X-Requested-With": "fetch",
    "X-Account": meta("account")?.content ?? "",
  };
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  const told = await answer.json().catch(() => ({ message: "网络或服务器暂时不可用，请稍后重试。" }));
  if (!answer.ok) throw Object.assign(new Error(told.message), { told: told.message });
  return told;
}

// With a passkey, wherever that is offered; answers what the desk says.
export async function byPasskey() {
  const { options } = await ask(IDENTITY_PASSKEY_OPTIONS, {});
  return ask(IDENTITY_PASSKEY, { answer: await sign(options) });
}

// Whether the act may go on: it was proven lately, or is proven now.
export function verified() {
  asking ??= attempt().finally(() => {
    asking = null;
  });
  return asking;
}

async function attempt() {
  const answer = await fetch(IDENTITY_STATE, { headers: { "X-Requested-With": "fetch" } });
  // Who is signed out or elsewhere is told by the act itself.
  if (!answer.ok) return true;
  const found = await answer.json();
  if (!found.due) return true;
  return dialog(found);
}

function dialog(found) {
  const field = found.password
    ? { type: "password", autocomplete: "current-password" }
    : { type: "text", inputMode: "text", autocomplete: "one-time-code" };
  const asked = found.password ? "密码" : found.app ? "动态口令（6 位数字）或者恢复码" : "恢复码";
  const input = make("input", {
    id: "verify-proof",
    required: true,
    maxLength: 200,
    className: "form-control mb-2",
    ...field,
  });
  const fault = make("div", { className: "fault mb-2", role: "alert" });
  const go = make("button", { className: "btn btn-primary", textContent: "验证并继续" });
  const stop = make("button", { type: "button", className: "btn btn-outline-secondary ms-2", textContent: "暂不办理" });
  const why = "为保证是您本人办理，请再次验证身份。验证后接着提交，您填写的内容还在本页。";
  const form = make(
    "form",
    {},
    make("h2", { className: "h6", id: "verify-title", textContent: "再次验证身份" }),
    make("p", { className: "small", textContent: why }),
  );
  const key = make("button", {
    type: "button",
    className: "btn btn-outline-primary w-100 mb-3",
    textContent: "使用通行密钥",
  });
  if (found.passkey && usable()) form.append(key);
  const away = make("button", { type: "button", className: "btn btn-primary mb-3", textContent: "到统一身份认证验证" });
  const label = make("label", {
    className: "form-label",
    htmlFor: "verify-proof",
    textContent: `${found.name}的${asked}`,
  });
  form.append(...(found.provider ? [away, fault, stop] : [label, input, fault, go, stop]));
  form.dataset.plain = "";
  const box = document.body.appendChild(make("dialog", { id: "verify-again" }, form));
  box.setAttribute("aria-labelledby", "verify-title");
  return new Promise((resolve) => {
    const end = (result) => {
      box.close();
      box.remove();
      resolve(result);
    };
    const attempted = async (act) => {
      go.disabled = key.disabled = true;
      fault.textContent = "";
      try {
        take(await act());
        end(true);
        return;
      } catch (problem) {
        fault.textContent = problem.told || (problem instanceof DOMException ? refused(problem) : UNREACHABLE);
      }
      go.disabled = key.disabled = false;
      input.select();
    };
    // In a window of its own; this page looks until the proof is there.
    away.onclick = async () => {
      window.open(`${SIGN_IN_PROVIDER}?again=1`, "_blank", "popup,width=520,height=680");
      away.disabled = true;
      fault.textContent = "请在新窗口中验证……";
      while (box.isConnected) {
        await new Promise((wait) => setTimeout(wait, 1000));
        const answer = await fetch(IDENTITY_STATE, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
        if (box.isConnected && answer?.ok && !(await answer.json()).due) end(true);
      }
    };
    stop.onclick = () => end(false);
    box.oncancel = (event) => {
      event.preventDefault();
      end(false);
    };
    key.onclick = () => attempted(byPasskey);
    form.onsubmit = (event) => {
      event.preventDefault();
      attempted(() => ask(IDENTITY_VERIFY, found.password ? { password: input.value } : { code: input.value }));
    };
    box.showModal();
    (found.provider ? away : key.isConnected && !found.app ? key : input).focus();
  });
}

// Forms and links that answer with a page or a file ask beforehand: afterwards the page would be gone.
const passed = new WeakSet();
const isAsked = (element) => element?.matches?.("[data-verify]") && !passed.delete(element);

document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  const weighty = submitter?.hasAttribute("data-verify") ? submitter : form;
  if (!form.matches("[data-plain]") || !isAsked(weighty)) return;
  event.preventDefault();
  if (await verified()) {
    passed.add(weighty);
    form.requestSubmit(submitter);
  }
});
document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-verify]");
  if (!link || event.ctrlKey || event.metaKey || !isAsked(link)) return;
  event.preventDefault();
  if (await verified()) {
    passed.add(link);
    link.click();
  }
});
