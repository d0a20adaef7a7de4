// Sheets, scenarios, templates, settings as they are written: with line numbers, colours, and the line of an error
// marked.
import { defaultKeymap, history, historyKeymap, indentWithTab, redo, undo } from "@codemirror/commands";
import { StreamLanguage, bracketMatching, defaultHighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { css } from "@codemirror/legacy-modes/mode/css";
import { jinja2 } from "@codemirror/legacy-modes/mode/jinja2";
import { toml } from "@codemirror/legacy-modes/mode/toml";
import { yaml } from "@codemirror/legacy-modes/mode/yaml";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";

const MODES = { toml, yaml, html: jinja2, css };
const setWrong = StateEffect.define();

const wrongLines = StateField.define({
  create: () => Decoration.none,
  update(marks, change) {
    for (const effect of change.effects) if (effect.is(setWrong)) return effect.value;
    return marks.map(change.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

// Where a problem is: the line that its message names, else the first that holds what it is about.
function lineOf(text, problem) {
  const named = /第\s*(\d+)\s*行|line (\d+)/i.exec(problem.message);
  if (named) return Math.min(Number(named[1] || named[2]), text.lines);
  const word = problem.element?.split(/[./#]/).filter(Boolean).pop();
  if (!word) return 0;
  for (let n = 1; n <= text.lines; n += 1) if (text.line(n).text.includes(word)) return n;
  return 0;
}

export async function edit(container, text, { editable, touched, kind }) {
  const mode = MODES[kind];
  const extensions = [
    lineNumbers(),
    history(),
    drawSelection(),
    bracketMatching(),
    highlightActiveLine(),
    EditorView.lineWrapping,
    syntaxHighlighting(defaultHighlightStyle),
    wrongLines,
    keymap.of([indentWithTab, ...defaultKeymap, ...historyKeymap]),
    EditorView.contentAttributes.of({ "aria-label": "文件内容", id: "text", spellcheck: "false" }),
    EditorState.readOnly.of(!editable),
    EditorView.updateListener.of((change) => {
      if (change.docChanged) touched();
    }),
    ...(mode ? [StreamLanguage.define(mode)] : []),
  ];
  const view = new EditorView({ doc: text, extensions, parent: container });
  let shown = [];
  const at = (element) => shown.find((p) => p.element === element)?.line;
  return {
    open: async (given) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: given } }),
    read: async () => view.state.doc.toString(),
    undo: () => undo(view),
    redo: () => redo(view),
    insert(words) {
      const { from, to } = view.state.selection.main;
      view.dispatch({ changes: { from, to, insert: words }, selection: { anchor: from + words.length } });
      view.focus();
    },
    mark(problems) {
      const { doc } = view.state;
      shown = problems.map((p) => ({ element: p.element, line: lineOf(doc, p) })).filter((p) => p.line);
      const lines = [...new Set(shown.map((p) => p.line))].sort((a, b) => a - b);
      const marks = Decoration.set(lines.map((n) => Decoration.line({ class: "wrong-line" }).range(doc.line(n).from)));
      view.dispatch({ effects: setWrong.of(marks) });
    },
    // Asked before the marks are made, too: any problem may be gone to, if a line of it is known then.
    knows: () => true,
    go(element) {
      const line = at(element);
      if (!line) return;
      view.dispatch({ selection: { anchor: view.state.doc.line(line).from }, scrollIntoView: true });
      view.focus();
    },
  };
}
