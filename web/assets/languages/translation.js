// Scripts in another language: while Vite builds, every text is replaced by the one of the catalogue.
import { FOLDERS, fault } from "./catalogue.js";
import { textsOf } from "./texts.js";

const inTemplate = (text) => text.replace(/[\\`]|\$\{/g, "\\$&");

// The code of a script with the texts of a catalogue (a Map); an error names all that are missing.
export function translated(code, catalogue) {
  const { texts, words } = textsOf(code);
  const faults = texts.map(({ message }) => [message, fault(message, catalogue.get(message))]).filter(([, why]) => why);
  if (faults.length) throw new Error(faults.map(([message, why]) => `“${message}”: ${why}`).join("\n"));

  const changes = [...texts, ...words].sort((one, other) => one.start - other.start);
  // A part of the code with its texts replaced.
  function written(start, end) {
    let made = "",
      at = start;
    for (const change of changes) {
      if (change.start < at || change.end > end) continue;
      made += code.slice(at, change.start) + replacement(change);
      at = change.end;
    }
    return made + code.slice(at, end);
  }
  function replacement({ message, places, isTemplate }) {
    if (message === undefined) return "({})";
    const text = catalogue.get(message);
    if (!isTemplate) return JSON.stringify(text);
    const parts = text.split(/\{(\w+)\}/).map((part, n) => {
      if (n % 2 === 0) return inTemplate(part);
      const { start, end } = places.get(part);
      return `\${${written(start, end)}}`;
    });
    return `\`${parts.join("")}\``;
  }
  return written(0, code.length);
}

// The plugin for Vite.  The build ends at the first file with a text that has no translation.
export function translation(catalogue) {
  return {
    name: "translation",
    enforce: "pre",
    transform(code, id) {
      const [file] = id.split("?");
      if (!file.endsWith(".js") || !FOLDERS.some((folder) => file.startsWith(folder))) return null;
      try {
        return { code: translated(code, catalogue), map: null };
      } catch (problem) {
        return this.error(`${file}\n${problem.message}`);
      }
    },
  };
}
