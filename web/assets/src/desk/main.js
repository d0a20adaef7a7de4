import { personReveal } from "./addresses.js";
import "bootstrap/dist/css/bootstrap.min.css";
import "./main.css";
import "bootstrap/js/dist/collapse";
import "htmx.org";
import { guard } from "../typing/kept.js";
import "./navigation.js";
import "./people.js";
import { TOO_LARGE, isTooLarge } from "../sending/largest_request.js";
import { post, send } from "../sending/send.js";

guard();

// Rows open by click and Enter; / goes to the search field; j and k walk through rows.
document.addEventListener("click", async (event) => {
  if (event.target.closest("[data-back]")) return history.back();
  if (event.target.closest("[data-print]")) return window.print();
  if (event.target.closest("[data-keys]")) return showKeys();
  const opener = event.target.closest("[data-dialog]");
  if (opener) return document.getElementById(opener.dataset.dialog).showModal();
  if (event.target.closest("[data-close]")) return event.target.closest("dialog").close();
  const reveal = event.target.closest("[data-reveal]");
  if (reveal) {
    try {
      const answer = await send(personReveal(reveal.dataset.reveal), {});
      document.querySelector(`[data-masked="${reveal.dataset.reveal}"]`).textContent = answer.id_number;
      reveal.remove();
    } catch (fault) {
      reveal.textContent = fault.message;
    }
    return;
  }
  const row = event.target.closest("tr[data-href]");
  if (row && !event.target.closest("a, button, form")) location.href = row.dataset.href;
});

document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  if (event.key === "Enter" && event.target.matches("tr[data-href]")) location.href = event.target.dataset.href;
  if (typing || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "/") {
    const search = document.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  }
  if (event.key === "j" || event.key === "k") {
    const rows = [...document.querySelectorAll("tr[data-href]")];
    const at = rows.indexOf(document.activeElement);
    const next = rows[event.key === "j" ? at + 1 : Math.max(at - 1, 0)];
    if (next) next.focus();
  }
});

// ? shows every key that does something on the page.
const KEYS = [
  ["/", "查找"],
  ["j / k", "下一行、上一行"],
  ["Enter", "打开所在的行"],
  ["x", "选中所在的行（待办）"],
  ["Shift + X", "全选、全不选（待办）"],
  ["c", "签收或办理所在的行（待办）"],
  ["1 … 7", "切换待办的各个队列"],
  ["Ctrl + Enter", "办结本环节"],
  ["Ctrl + S", "保存（家庭、流程工作室）"],
  ["Alt + M", "增加家庭成员"],
  ["Alt + 1 … 4", "待办、家庭、办件、督办"],
  ["Alt + N", "登记家庭"],
  ["Esc", "关闭本窗口"],
  ["?", "显示快捷键"],
];
function showKeys() {
  let dialog = document.getElementById("keys");
  if (!dialog) {
    dialog = document.body.appendChild(Object.assign(document.createElement("dialog"), { id: "keys" }));
    dialog.setAttribute("aria-label", "快捷键");
    const list = document.createElement("dl");
    for (const [key, text] of KEYS)
      list.append(
        Object.assign(document.createElement("dt"), { textContent: key }),
        Object.assign(document.createElement("dd"), { textContent: text }),
      );
    const close = Object.assign(document.createElement("button"), {
      className: "btn btn-sm btn-outline-secondary",
      textContent: "关闭",
    });
    close.onclick = () => dialog.close();
    dialog.append(Object.assign(document.createElement("h2"), { className: "h6", textContent: "快捷键" }), list, close);
  }
  dialog.showModal();
}
document.addEventListener("keydown", (event) => {
  if (event.key === "?" && !/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) {
    event.preventDefault();
    showKeys();
  }
});

// Whether a person typed or chose anything in a form.
const typed = (form) =>
  [...form.querySelectorAll("input:not([type=hidden]), textarea")].some(
    (field) => field.value && field.value !== field.defaultValue,
  );

// To where the desk answers; on the same page the part that was open stays open.
function goOn(address) {
  const to = new URL(address);
  if (to.pathname === location.pathname && location.hash) to.hash = location.hash;
  if (to.href === location.href) location.reload();
  else location.assign(to);
}

// Where a form says why it was refused.
function placeOf(form) {
  const said =
    form.querySelector(".fault") ||
    form.appendChild(Object.assign(document.createElement("div"), { className: "fault w-100" }));
  said.setAttribute("role", "alert");
  return said;
}

// A form that is refused stays as it was typed, with the reason below it.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches('main form[method="post"]') || event.defaultPrevented) return;
  const question = event.submitter?.dataset.confirm;
  if (form.matches("[data-plain]")) {
    if (isTooLarge(new FormData(form))) {
      event.preventDefault();
      placeOf(form).textContent = TOO_LARGE;
      return;
    }
    if (question && !window.confirm(question)) event.preventDefault();
    return;
  }
  event.preventDefault();
  if (question && !window.confirm(question)) return;
  const buttons = [...form.querySelectorAll("button")];
  const answered = new FormData(form, event.submitter);
  buttons.forEach((b) => {
    b.disabled = true;
  });
  const said = placeOf(form);
  try {
    // The button that was pressed may have an address of its own.
    const address = event.submitter?.hasAttribute("formaction") ? event.submitter.formAction : form.action;
    const response = await post(address, answered);
    if (response.ok) {
      form.closest("dialog")?.close();
      goOn(response.url);
      return;
    }
    const answer = await response.json().catch(() => ({}));
    const told = Object.values(answer.fields || {})
      .flat()
      .join("；");
    const kept = answer.code === "stale_task" && typed(form) ? "您填写的内容仍在本页。" : "";
    const sentence = [answer.message || "暂时不能办理，请稍后重试；内容仍在本页。", told, kept]
      .filter(Boolean)
      .join(" ");
    // A list says it in one place and shows the row anew; elsewhere it stands below what was filled in.
    if (form.dispatchEvent(new CustomEvent("refused", { bubbles: true, cancelable: true, detail: sentence })))
      said.textContent = sentence;
    else said.remove();
  } catch {
    said.textContent = "网络或服务器暂时不可用，请稍后重试；内容仍在本页。";
  }
  buttons.forEach((b) => {
    b.disabled = false;
  });
});

// The tick in the head of a table ticks all rows, or none.
document.addEventListener("change", (event) => {
  const name = event.target.dataset?.all;
  if (!name) return;
  for (const box of event.target.form.querySelectorAll(`input[name="${name}"]`)) box.checked = event.target.checked;
});

// Long work under way: look again by itself.
const refresh = document.querySelector("[data-refresh]");
if (refresh) setTimeout(() => location.reload(), Number(refresh.dataset.refresh) * 1000);

// A table wider than its place scrolls sideways; the keyboard reaches it too.
const sideways = new ResizeObserver((seen) => {
  for (const { target } of seen)
    target.scrollWidth > target.clientWidth ? (target.tabIndex = 0) : target.removeAttribute("tabindex");
});
for (const table of document.querySelectorAll("main .table")) sideways.observe(table);

// A day or a time is picked in the language of the page, not of the browser; so are those of rows that are added later.
const NATIVE = 'input[type="date"], input[type="time"]';
async function dates() {
  if (document.querySelector(NATIVE)) (await import("../typing/date_fields.js")).replaceNative(document);
}
new MutationObserver((changes) => {
  if (changes.some((c) => c.addedNodes.length)) dates();
}).observe(document.getElementById("content"), { childList: true, subtree: true });
dates();

// A field for files says what it is in the language of the page, not of the browser; the field itself stays for the
// keyboard.
for (const field of document.querySelectorAll('input[type="file"]:not(.visually-hidden)')) {
  const choice = Object.assign(document.createElement("label"), { className: "file-choice" });
  const button = Object.assign(document.createElement("span"), {
    className: "btn btn-sm btn-outline-secondary",
    textContent: "选择文件",
  });
  const chosen = Object.assign(document.createElement("span"), {
    className: "small text-body-secondary",
    textContent: "未选择文件",
  });
  field.before(choice);
  choice.append(field, button, chosen);
  field.classList.add("visually-hidden");
  const say = () => {
    chosen.textContent = [...field.files].map((f) => f.name).join("、") || "未选择文件";
  };
  field.addEventListener("change", say);
  field.form?.addEventListener("reset", () => setTimeout(say));
}
