import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig } from "vite";
import { catalogueOf } from "./languages/catalogue.js";
import { translation } from "./languages/translation.js";

const ENTRIES = [
  "src/desk/main.js",
  "src/tasks/task.js",
  "src/cases/diagram.js",
  "src/households/household.js",
  "src/studio/studio.js",
  "src/oversight/heat.js",
  "src/studio/recorder.js",
  "src/studio/coverage.js",
  "src/studio/changes.js",
  "src/papers/returns.js",
  "src/papers/archive.js",
  "src/worklist/worklist.js",
  "src/worklist/home.js",
  "src/field/field.js",
  "src/cases/case.js",
  "src/cases/attachments.js",
  "src/identity/factors.js",
  "src/households/household_sheet.js",
];
const LANGUAGES = ["en"]; // besides Chinese
const TEXTS = /\.(js|css|svg)$/;

// Beside each text of the build lie its compressed forms, made once; the desk sends the one that a browser takes.
const compressed = {
  name: "compressed",
  writeBundle({ dir }) {
    const folder = join(dir, "assets");
    for (const name of readdirSync(folder).filter((n) => TEXTS.test(n))) {
      const content = readFileSync(join(folder, name));
      writeFileSync(join(folder, `${name}.gz`), gzipSync(content, { level: 9 }));
      const best = {
        params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
      };
      writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content, best));
    }
  },
};

// Built into web/static in Chinese, then with `--mode en` beside it in English; found by the desk through the manifest
// of each; nothing is loaded from outside.  The first build empties web/static, so it is the first to run.
export default defineConfig(({ mode }) => {
  const language = LANGUAGES.includes(mode) ? mode : null;
  return {
    base: language ? `/static/${language}/` : "/static/",
    plugins: [...(language ? [translation(catalogueOf(language))] : []), compressed],
    publicDir: language ? false : "public",
    build: {
      outDir: language ? `../static/${language}` : "../static",
      emptyOutDir: true,
      manifest: true,
      target: "chrome108",
      modulePreload: { polyfill: false },
      rollupOptions: { input: ENTRIES },
    },
  };
});
