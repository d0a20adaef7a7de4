// Renews the catalogue of a language after scripts have changed: `npm run texts`.  New texts get an entry without
// translation, which the build asks for; texts that are gone lose theirs.
import { writeFileSync } from "node:fs";
import { pathOf, renewed } from "./catalogue.js";

const [language] = process.argv.slice(2);
writeFileSync(pathOf(language), renewed(language));
