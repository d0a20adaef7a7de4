// 常用意见 below the fields of a step in which an opinion is written: chosen by click or key, kept for oneself or the
// office.
import { PHRASES, phraseDrop } from "../desk/addresses.js";
import { send } from "../sending/send.js";

const FIELDS = ".fjs-form-field-textarea textarea:not([readonly]):not([disabled])";
const make = (tag, attributes = {}, ...inside) => {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...inside);
  return made;
};
let phrases = [];

// At the place where one writes, as if it had been typed.
function write(field, text) {
  const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set;
  const { selectionStart: from, selectionEnd: to, value } = field;
  set.call(field, value.slice(0, from) + text + value.slice(to));
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
  field.setSelectionRange(from + text.length, from + text.length);
}

function box(field) {
  const list = make("ul", { className: "plain mb-1" }),
    said = make("span", { className: "small ms-1" });
  said.setAttribute("role", "status");
  const shared = make("input", { type: "checkbox", className: "form-check-input me-1" });
  const ask = async (address, body) => {
    try {
      ({ phrases } = await send(address, body));
      said.textContent = "";
      show();
    } catch (fault) {
      said.textContent = fault.message;
    }
  };
  function show() {
    list.replaceChildren(
      ...phrases.map((p) => {
        const choose = make("button", {
          type: "button",
          className: "btn btn-sm btn-link p-0 text-start",
          textContent: p.text,
        });
        choose.onclick = () => {
          write(field, p.text);
          details.open = false;
        };
        const line = make(
          "li",
          {},
          choose,
          p.shared ? make("span", { className: "small text-body-secondary", textContent: "（本单位）" }) : "",
        );
        if (p.mine) {
          const drop = make("button", { type: "button", className: "btn-plain", textContent: "×" });
          drop.setAttribute("aria-label", `删除常用意见“${p.text}”`);
          drop.onclick = () => ask(phraseDrop(p.id), {});
          line.append(drop);
        }
        return line;
      }),
    );
    if (!phrases.length)
      list.replaceChildren(
        make("li", { className: "small text-body-secondary", textContent: "还没有常用意见。写好意见后可以存入。" }),
      );
  }
  const keep = make("button", {
    type: "button",
    className: "btn btn-sm btn-outline-secondary",
    textContent: "把本栏内容存为常用意见",
  });
  keep.onclick = () => ask(PHRASES, { text: field.value, shared: shared.checked });
  const summary = make("summary", { textContent: "常用意见" });
  const details = make(
    "details",
    { className: "phrases small" },
    summary,
    list,
    make("div", { className: "d-flex gap-2 align-items-center" }, keep, make("label", {}, shared, "本单位共用"), said),
  );
  // What another field's list changed is shown when this one is opened; until then it has what there was.
  summary.addEventListener("click", show);
  show();
  return details;
}

// The form draws its fields anew when it likes: what stands below them is put back where it is missing.
export async function offersPhrases(place) {
  const put = () => {
    for (const field of place.querySelectorAll(FIELDS)) {
      const holder = field.closest(".fjs-form-field");
      if (!holder.nextElementSibling?.matches("details.phrases")) holder.after(box(field));
    }
  };
  if (!place.querySelector(FIELDS)) return;
  const response = await fetch(PHRASES, { headers: { "X-Requested-With": "fetch" } });
  if (!response.ok) return;
  ({ phrases } = await response.json());
  put();
  new MutationObserver(put).observe(place, { subtree: true, childList: true });
}
