// Forms: the form-js editor.
import "@bpmn-io/form-js-viewer/dist/assets/form-js.css";
import "@bpmn-io/form-js-editor/dist/assets/form-js-editor.css";
import "@bpmn-io/form-js-editor/dist/assets/properties-panel.css";
import "@bpmn-io/form-js-editor/dist/assets/dragula.css";
import { FormEditor } from "@bpmn-io/form-js-editor";
import { inChinese } from "./words.js";

export async function edit(container, text, { touched }) {
  const editor = new FormEditor({ container, additionalModules: [inChinese] });
  const open = (schema) => editor.importSchema(JSON.parse(schema));
  await open(text);
  editor.on("changed", touched);
  const stack = () => editor.get("commandStack");
  return { open, read: async () => JSON.stringify(editor.saveSchema(), null, 2) + "\n", undo: () => stack().undo(), redo: () => stack().redo() };
}
