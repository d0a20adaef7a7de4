import { defineConfig } from "vite";

// Built into web/static, found by the desk through the manifest; nothing is loaded from outside.
export default defineConfig({
  base: "/static/",
  build: {
    outDir: "../static",
    emptyOutDir: true,
    manifest: true,
    target: "chrome108",
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: ["src/main.js", "src/task.js", "src/diagram.js", "src/household.js", "src/studio.js", "src/heat.js", "src/recorder.js", "src/coverage.js", "src/changes.js", "src/returns.js", "src/archive.js", "src/worklist.js", "src/home.js", "src/field.js"],
    },
  },
});
