// What keys do in the queue: x chooses the row that has the focus, Shift+X all rows, c claims or opens it, a digit
// opens a queue. Nothing while somebody types or holds another key.
export function actionOf({ key, ctrlKey, altKey, metaKey, target }) {
  const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && target.type !== "checkbox";
  if (isTyping || ctrlKey || altKey || metaKey) return null;
  if (key === "x") return { kind: "choose" };
  if (key === "X") return { kind: "choose_all" };
  if (key === "c") return { kind: "open" };
  return /^[1-9]$/.test(key) ? { kind: "queue", number: Number(key) } : null;
}
