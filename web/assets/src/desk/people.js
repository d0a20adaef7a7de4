// Long lists of people: a field above them narrows by name, office or role; whoever is chosen stays in sight.
const FEW = 6;
let count = 0;

function narrow(list, options, text) {
  if (options.length <= FEW) return;
  const field = Object.assign(document.createElement("input"), {
    className: "form-control form-control-sm mb-1",
    type: "search",
    placeholder: "输入姓名或者岗位查找",
    id: `find-people-${(count += 1)}`,
  });
  field.setAttribute("aria-label", "查找人员");
  list.before(field);
  const show = () => {
    const wanted = field.value.trim();
    for (const option of options) option.hidden = Boolean(wanted) && !text(option).includes(wanted) && !chosen(option);
    // The only one left is meant.
    const left = options.filter((option) => !option.hidden && (option.value || option.tagName !== "OPTION"));
    if (wanted && left.length === 1 && left[0].tagName === "OPTION") list.value = left[0].value;
  };
  field.addEventListener("input", show);
  // Enter in this field hands nothing in.
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}

const chosen = (option) =>
  Boolean(option.querySelector?.("input:checked")) || (option.tagName === "OPTION" && !option.value);

for (const list of document.querySelectorAll("select[data-people]")) {
  narrow(list, [...list.options], (option) => option.textContent);
}
for (const list of document.querySelectorAll("[data-people]:not(select)")) {
  narrow(list, [...list.querySelectorAll("label")], (option) => option.textContent);
}
