// Beside a template: what it may read, put in at a press, and the page as it would be printed, after every save.
export function beside(editor) {
  const fields = document.getElementById("fields"),
    search = document.getElementById("field-search");
  if (!fields) return () => {};
  fields.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-written]");
    if (chosen) editor.insert?.(chosen.dataset.written);
  });
  search.addEventListener("input", () => {
    const word = search.value.trim();
    for (const line of fields.querySelectorAll("li")) line.hidden = Boolean(word) && !line.textContent.includes(word);
  });
  const picture = document.getElementById("preview"),
    form = document.getElementById("preview-of"),
    said = document.getElementById("preview-said");
  const show = () => {
    const asked = new URLSearchParams(new FormData(form));
    asked.set("t", Date.now());
    said.textContent = "正在生成预览……";
    picture.src = `${picture.dataset.address}?${asked}`;
  };
  picture.addEventListener("load", () => {
    said.textContent = "";
    picture.hidden = false;
  });
  picture.addEventListener("error", () => {
    said.textContent = "不能预览：模板有误，或者还没有用这个模板出具过的文书。";
    picture.hidden = true;
  });
  form.addEventListener("change", show);
  show();
  return show;
}
