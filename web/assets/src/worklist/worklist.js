// The queue: choosing rows, one thing to many of them with a window to undo, columns, and a table that renews itself.
import { WORKLIST_BATCH, batchUndo } from "../desk/addresses.js";
import htmx from "htmx.org";
import { send } from "../sending/send.js";
import { actionOf } from "./keys.js";
import { told as wordsOf } from "./results.js";

const queue = document.getElementById("queue"),
  bar = document.getElementById("batch"),
  told = document.getElementById("batch-told");
const chosen = () => [...queue.querySelectorAll("[data-item]:checked")];
const make = (tag, attributes = {}, ...inside) => {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...inside);
  return made;
};

function show() {
  if (!bar) return;
  const count = chosen().length;
  bar.hidden = count === 0;
  document.getElementById("chosen").textContent = `已选 ${count} 项`;
}

queue.addEventListener("change", (event) => {
  if (event.target.matches("[data-all]"))
    queue.querySelectorAll("[data-item]").forEach((box) => {
      box.checked = event.target.checked;
    });
  show();
});

// While rows are chosen or a field of the table is being filled in the table stays as it is.
document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (
    event.target === queue &&
    (chosen().length || (queue.contains(document.activeElement) && document.activeElement.matches("input, button")))
  )
    event.preventDefault();
});
let focused = null;
document.body.addEventListener("htmx:beforeSwap", () => {
  focused = document.activeElement?.closest?.("#queue tr[data-href]")?.dataset.href ?? null;
});
document.body.addEventListener("htmx:afterSwap", () => {
  if (focused) queue.querySelector(`tr[data-href="${CSS.escape(focused)}"]`)?.focus();
  show();
});

async function renew() {
  queue.querySelectorAll("[data-item]").forEach((box) => {
    box.checked = false;
  });
  document.activeElement?.blur?.();
  await htmx.ajax("GET", queue.getAttribute("hx-get"), { target: queue, source: queue, swap: "innerHTML" });
  show();
}

function tell(answer) {
  const { failed, heading, lines } = wordsOf(answer);
  const rows = lines.map(({ ok, text }) =>
    make("li", { className: ok ? "text-success" : "text-danger", textContent: text }),
  );
  const box = make(
    "details",
    { className: `alert py-2 ${failed ? "alert-warning" : "alert-success"}`, open: failed > 0 },
    make("summary", { textContent: heading }),
    make("ul", { className: "plain small mb-0" }, ...rows),
  );
  told.replaceChildren(box);
  if (!answer.undo_seconds) return;
  let left = answer.undo_seconds;
  const button = make("button", { className: "btn btn-sm btn-outline-dark ms-2", type: "button" });
  const tick = () => {
    button.textContent = `撤销（${left} 秒内）`;
    if (left <= 0) {
      button.remove();
      clearInterval(timer);
    }
    left -= 1;
  };
  const timer = setInterval(tick, 1000);
  button.onclick = async () => {
    clearInterval(timer);
    try {
      tell(await send(batchUndo(answer.batch), {}));
    } catch (fault) {
      told.replaceChildren(make("div", { className: "fault", textContent: fault.message }));
    }
    await renew();
  };
  box.querySelector("summary").append(button);
  tick();
}

// What a row refuses (somebody signed for it first) is said once above the list, and the row is shown as it is now.
queue.addEventListener("refused", async (event) => {
  event.preventDefault();
  told.replaceChildren(
    make("div", { className: "alert alert-warning py-2", role: "alert", textContent: event.detail }),
  );
  await renew();
});

bar?.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-batch]");
  if (!button) return;
  const items = chosen().map((box) => ({ id: Number(box.dataset.item), version: Number(box.dataset.version) }));
  const body = {
    kind: button.dataset.batch,
    items,
    to: Number(document.getElementById("batch-to")?.value || 0),
    reason: document.getElementById("batch-reason")?.value || "",
  };
  button.disabled = true;
  try {
    tell(await send(WORKLIST_BATCH, body));
  } catch (fault) {
    told.replaceChildren(make("div", { className: "fault", textContent: fault.message }));
  }
  button.disabled = false;
  await renew();
});

const filters = document.getElementById("filters");
filters?.addEventListener("change", (event) => {
  if (event.target.matches("select")) filters.requestSubmit();
});
document.getElementById("filter-box")?.addEventListener("change", (event) => {
  if (!event.target.matches("[data-column]")) return;
  filters.elements.columns.value = [...document.querySelectorAll("[data-column]:checked")]
    .map((box) => box.dataset.column)
    .join(",");
  filters.requestSubmit();
});

document.addEventListener("keydown", (event) => {
  const action = actionOf(event);
  const row = document.activeElement?.closest?.("tr[data-href]");
  if (action?.kind === "choose" && row) {
    const box = row.querySelector("[data-item]");
    if (box) {
      box.checked = !box.checked;
      show();
    }
  }
  if (action?.kind === "choose_all") {
    const boxes = [...queue.querySelectorAll("[data-item]")],
      on = boxes.some((b) => !b.checked);
    boxes.forEach((b) => {
      b.checked = on;
    });
    show();
  }
  if (action?.kind === "open" && row) row.querySelector("form button, a.btn")?.click();
  if (action?.kind === "queue") document.querySelector(`[data-key="${action.number}"]`)?.click();
});
document.body.dataset.ready = "1";
