// Parameters as a table: a line per value, newest last; a changed standard is a new line, not a line written over.
import { send } from "../sending/send.js";

const make = (tag, attributes = {}, ...inside) => {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...inside);
  return made;
};
const COLUMNS = [
  ["value", "取值", "w-kind"],
  ["from", "生效日期", "w-kind"],
  ["division", "适用区划", "w-kind"],
  ["source", "依据", ""],
  ["confirmed", "已确认", "w-tick"],
];

export async function edit(container, text, { editable, touched, address }) {
  let original = text,
    parameters = [];
  const search = make("input", {
    className: "form-control form-control-sm search mb-2",
    placeholder: "按名称查找参数",
    ariaLabel: "按名称查找参数",
  });
  const body = make("div");
  container.append(
    make(
      "div",
      { className: "d-flex gap-2 p-2 pb-0" },
      search,
      ...(editable
        ? [
            make("button", {
              className: "btn btn-sm btn-outline-secondary mb-2 text-nowrap",
              textContent: "增加参数",
              onclick: addParameter,
            }),
          ]
        : []),
    ),
    body,
  );
  search.addEventListener("input", show);

  function cell(row, name, title) {
    if (name === "confirmed") {
      const tick = make("input", {
        type: "checkbox",
        className: "form-check-input",
        checked: row[name] === true,
        disabled: !editable,
        ariaLabel: title,
      });
      tick.addEventListener("change", () => {
        row[name] = tick.checked;
        touched();
      });
      return tick;
    }
    const list = Array.isArray(row[name]),
      yes = typeof row[name] === "boolean";
    const input = make("input", {
      className: "form-control form-control-sm",
      value: list ? row[name].join("，") : yes ? (row[name] ? "是" : "否") : row[name],
      readOnly: !editable,
      ariaLabel: title,
    });
    input.addEventListener("input", () => {
      row[name] = list
        ? input.value.split(/[,，]\s*/).filter(Boolean)
        : yes
          ? [/* data */ "是", "是".toLowerCase()].includes(input.value.trim().toLowerCase())
          : input.value;
      touched();
    });
    return input;
  }

  function block(parameter) {
    const lines = parameter.values.map((row) =>
      make(
        "tr",
        {},
        ...COLUMNS.map(([name, title, width]) =>
          make("td", { className: width }, cell(row, name, `${parameter.title}的${title}`)),
        ),
        ...(editable
          ? [
              make(
                "td",
                { className: "w-tick" },
                make("button", {
                  className: "btn btn-sm btn-link p-0",
                  textContent: "删除",
                  onclick: () => {
                    parameter.values.splice(parameter.values.indexOf(row), 1);
                    touched();
                    show();
                  },
                }),
              ),
            ]
          : []),
      ),
    );
    const head = make("div", { className: "d-flex gap-2 align-items-baseline" });
    if (parameter.added)
      head.append(
        ...[
          ["name", "标识，如 relief.new_limit"],
          ["title", "名称"],
          ["unit", "单位"],
        ].map(([name, hint]) => {
          const input = make("input", {
            className: "form-control form-control-sm w-auto",
            value: parameter[name],
            placeholder: hint,
            ariaLabel: hint,
          });
          input.addEventListener("input", () => {
            parameter[name] = input.value.trim();
            touched();
          });
          return input;
        }),
      );
    else
      head.append(
        make("strong", { textContent: parameter.title }),
        make("span", { className: "small text-body-secondary", textContent: parameter.unit }),
        make("span", { className: "small mono text-body-secondary", textContent: parameter.name }),
      );
    if (editable)
      head.append(
        make("button", {
          className: "btn btn-sm btn-link p-0 ms-auto",
          textContent: "增加一个取值",
          onclick: () => {
            const last = parameter.values.at(-1) || { value: "", division: "" };
            parameter.values.push({ ...last, from: "", source: "", confirmed: false });
            touched();
            show();
          },
        }),
      );
    return make(
      "section",
      { className: "px-2" },
      head,
      make(
        "table",
        { className: "table table-sm lines mb-2" },
        make(
          "thead",
          {},
          make(
            "tr",
            {},
            ...COLUMNS.map(([, title]) => make("th", { textContent: title, className: "small fw-normal" })),
          ),
        ),
        make("tbody", {}, ...lines),
      ),
    );
  }

  function show() {
    const word = search.value.trim();
    body.replaceChildren(
      ...parameters.filter((p) => !word || p.title.includes(word) || p.name.includes(word)).map(block),
    );
  }

  function addParameter() {
    parameters.unshift({
      added: true,
      name: "",
      title: "",
      unit: "",
      values: [
        { value: "", from: "", division: parameters[0]?.values[0]?.division || "", source: "", confirmed: false },
      ],
    });
    touched();
    show();
  }

  async function open(given) {
    original = given;
    parameters = (await send(address, { text: given })).rows;
    show();
  }
  await open(text);
  const read = async () => (await send(address, { text: original, rows: parameters })).text;
  return { open, read, undo: () => document.execCommand("undo"), redo: () => document.execCommand("redo") };
}
