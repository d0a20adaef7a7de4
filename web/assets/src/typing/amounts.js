// Numbers as people write them, in the number fields of forms, which take plain digits only: 18,000, １８０００, 350.50元.
const NUMBER = ".fjs-form-field-number input";

export function plainNumber(text) {
  return text
    .replace(/[０-９．－]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replace(/[,，\s¥￥元]/g, "")
    .replace(/。/g, ".");
}

function enter(field, text) {
  const { selectionStart: from, selectionEnd: to, value } = field;
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
  const at = from ?? value.length;
  set.call(field, value.slice(0, at) + text + value.slice(to ?? at));
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.setSelectionRange?.(at + text.length, at + text.length);
}

export function takesNumbersAsWritten(place) {
  place.addEventListener(
    "paste",
    (event) => {
      const text = event.clipboardData?.getData("text/plain") || "";
      if (!event.target.matches?.(NUMBER) || plainNumber(text) === text) return;
      event.preventDefault();
      event.stopPropagation();
      enter(event.target, plainNumber(text));
    },
    true,
  );
  place.addEventListener(
    "beforeinput",
    (event) => {
      if (!event.target.matches?.(NUMBER) || !event.data || event.isComposing || plainNumber(event.data) === event.data)
        return;
      event.preventDefault();
      event.stopPropagation();
      if (plainNumber(event.data)) enter(event.target, plainNumber(event.data));
    },
    true,
  );
}
