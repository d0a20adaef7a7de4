// Signed sheets come back: one file after another is sent, each page's place is told, the unknown ones are placed
// by hand.
import { caseOf, scanPicture } from "../desk/addresses.js";
import { send } from "../sending/send.js";
import { uploads } from "../sending/upload.js";

const input = document.getElementById("files"),
  table = document.getElementById("results");
const make = (tag, attributes = {}, ...inside) => {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...inside);
  return made;
};

function told(cells, answer) {
  const replaced = answer.stands ? "" : "（已被取代）";
  cells[2].replaceChildren(
    make("span", {
      textContent: `《${answer.title}》${answer.paper} 第 ${answer.page}/${answer.pages} 页${replaced}`,
    }),
  );
  cells[3].replaceChildren(make("a", { href: caseOf(answer.case), textContent: answer.case }));
  cells[4].textContent = answer.missing.length ? `第 ${answer.missing.join("、")} 页` : "齐全";
  cells[4].className = answer.missing.length ? "text-danger" : "text-success";
}

function row(file, page) {
  const cells = Array.from({ length: 5 }, () => make("td"));
  cells[0].textContent = file;
  cells[1].append(
    make("a", {
      href: scanPicture(page.scan),
      target: "_blank",
      rel: "noopener",
      textContent: `第 ${page.number} 页`,
    }),
  );
  table.tBodies[0].append(make("tr", {}, ...cells));
  if (!page.fault) return told(cells, page);
  const field = (className, said, attributes) =>
    make("input", {
      className: `form-control form-control-sm ${className}`,
      placeholder: said,
      ariaLabel: said,
      ...attributes,
    });
  const code = field("w-auto", "验证码", { value: page.code ?? "" });
  const number = field("w-small", "页码", { value: page.page ?? "1", inputMode: "numeric" });
  const reason = field("w-auto", "替换理由", { hidden: !page.filed, maxLength: 300 });
  const fault = make("span", { className: "fault", textContent: page.fault });
  const button = make("button", {
    className: "btn btn-sm btn-outline-primary text-nowrap",
    textContent: "归到这里",
    onclick: async () => {
      try {
        const placed = { scan: page.scan, code: code.value, page: number.value, name: file, reason: reason.value };
        const answer = await send(input.dataset.place, placed);
        if (answer.fault) fault.textContent = answer.fault;
        else told(cells, answer);
      } catch (problem) {
        fault.textContent = problem.message;
        reason.hidden = false;
      }
    },
  });
  cells[2].append(fault, make("div", { className: "d-flex gap-1 flex-wrap" }, code, number, reason, button));
}

uploads(
  (file, answer) => {
    table.hidden = false;
    answer.pages.forEach((page) => row(file.name, page));
  },
  (file, message) => {
    table.hidden = false;
    table.tBodies[0].append(
      make(
        "tr",
        {},
        make("td", { textContent: file.name }),
        make("td", { colSpan: 4, className: "fault", textContent: message }),
      ),
    );
  },
);
