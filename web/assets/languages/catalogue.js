// The catalogue of a language: its text for each text of the scripts, in gettext's PO format.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { po } from "gettext-parser";
import { textsOf } from "./texts.js";

const ASSETS = join(import.meta.dirname, "..");
const ROOT = join(ASSETS, "..", "..");
export const FOLDERS = ["src", "public"].map((name) => join(ASSETS, name));

export const pathOf = (language) => join(ROOT, "web", "languages", `scripts.${language}.po`);

// Entries of a language's catalogue by the original text; none if there is no catalogue yet.
function entriesOf(language) {
  if (!existsSync(pathOf(language))) return {};
  const { "": _, ...entries } = po.parse(readFileSync(pathOf(language))).translations[""];
  return entries;
}

// Original text and translation.
export function catalogueOf(language) {
  return new Map(Object.values(entriesOf(language)).map(({ msgid, msgstr: [text] }) => [msgid, text]));
}

export const placesOf = (message) => message.match(/\{\w+\}/g) ?? [];

// What is wrong with a translation: "" if nothing is.
export function fault(message, translation) {
  if (!translation) return "no translation";
  const [asked, given] = [message, translation].map((text) => placesOf(text).sort().join(" "));
  return asked === given ? "" : `places ${given || "none"}, not ${asked || "none"}`;
}

// Every text of the scripts in the order of files, and the files that it is in, from the folder of the project.
export function usedTexts() {
  const used = new Map();
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true })
      .filter((name) => name.endsWith(".js"))
      .sort()
      .map((name) => join(folder, name)),
  );
  for (const file of files) {
    const place = relative(ROOT, file);
    for (const { message } of textsOf(readFileSync(file, "utf-8")).texts)
      used.set(message, (used.get(message) ?? new Set()).add(place));
  }
  return used;
}

// The content of a language's catalogue for the scripts as they are: new texts without translation, none that is gone.
export function renewed(language) {
  const entries = entriesOf(language);
  const translations = [...usedTexts()].map(([msgid, files]) => [
    msgid,
    { msgid, msgstr: entries[msgid]?.msgstr ?? [""], comments: { reference: [...files].join("\n") } },
  ]);
  const headers = { Language: language, "Content-Type": "text/plain; charset=utf-8", "MIME-Version": "1.0" };
  const all = { "": { msgid: "", msgstr: [""] }, ...Object.fromEntries(translations) };
  return `${po.compile({ charset: "utf-8", headers, translations: { "": all } }, { foldLength: 0 })}\n`;
}
