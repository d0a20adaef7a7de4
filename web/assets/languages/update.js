// Renews the catalogue of a language after scripts have changed: `node languages/update.js en`.  New texts get an entry
// without translation, which the build asks for; texts that are gone lose theirs.
import { existsSync, writeFileSync } from "node:fs";
import { po } from "gettext-parser";
import { entriesOf, pathOf, usedTexts } from "./catalogue.js";

const [language] = process.argv.slice(2);
const path = pathOf(language);
const { entries } = existsSync(path) ? entriesOf(path) : { entries: {} };
const heading = { msgid: "", msgstr: [""] };
const renewed = Object.fromEntries(
  [...usedTexts()].map(([msgid, files]) => [
    msgid,
    { msgid, msgstr: entries[msgid]?.msgstr ?? [""], comments: { reference: [...files].join("\n") } },
  ]),
);
const headers = { Language: language, "Content-Type": "text/plain; charset=utf-8", "MIME-Version": "1.0" };
const content = { charset: "utf-8", headers, translations: { "": { "": heading, ...renewed } } };
writeFileSync(path, Buffer.concat([po.compile(content, { foldLength: 0 }), Buffer.from("\n")]));
