/** The rules for the page's modules: ESLint's own, and which folder may import from which. */

import { fileURLToPath } from "node:url";

import js from "@eslint/js";
import { importX } from "eslint-plugin-import-x";
import globals from "globals";

/** Lowest first; the folders of one layer do not import each other. */
const LAYERS = [["lib"], ["stream", "replay"], ["plots", "picture"], ["analysis", "export", "page"], ["wall", "board"]];

/** Of each folder: what it must not import from. */
const zones = LAYERS.flatMap((layer, index) =>
  layer.map((folder) => ({
    target: `static/js/${folder}`,
    from: LAYERS.slice(index)
      .flat()
      .filter((other) => other !== folder)
      .map((other) => `static/js/${other}`),
    message: `${folder} is below or beside it; see docs/architecture.md`,
  })),
);

export default [
  js.configs.recommended,
  {
    files: ["static/js/**/*.js"],
    plugins: { "import-x": importX },
    languageOptions: { ecmaVersion: 2024, sourceType: "module", globals: globals.browser },
    rules: {
      "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      eqeqeq: "error",
      "prefer-const": "error",
      "no-var": "error",
      "import-x/no-cycle": "error",
      "import-x/no-restricted-paths": ["error", { zones, basePath: fileURLToPath(new URL(".", import.meta.url)) }],
    },
  },
  { files: ["static/js/page/theme-first.js"], languageOptions: { sourceType: "script" } },
];
