// Forms: the form-js editor.
import "@bpmn-io/form-js-viewer/dist/assets/form-js.css";
import "@bpmn-io/form-js-editor/dist/assets/form-js-editor.css";
import "@bpmn-io/form-js-editor/dist/assets/properties-panel.css";
import "@bpmn-io/form-js-editor/dist/assets/dragula.css";
import { FormEditor } from "@bpmn-io/form-js-editor";
import { localise } from "../typing/localise.js";
import { inChinese } from "./words.js";
import { formEditorWords } from "./words_of_the_form_editor.js";

export async function edit(container, text, { touched }) {
  // The panel heads a form by its id.
  localise(container, { ...formEditorWords, [JSON.parse(text).id]: "本表单" });
  const editor = new FormEditor({ container, additionalModules: [inChinese] });
  const open = (schema) => editor.importSchema(JSON.parse(schema));
  await open(text);
  editor.on("changed", touched);
  const stack = () => editor.get("commandStack");
  return {
    open,
    read: async () => JSON.stringify(editor.saveSchema(), null, 2) + "\n",
    undo: () => stack().undo(),
    redo: () => stack().redo(),
  };
}
