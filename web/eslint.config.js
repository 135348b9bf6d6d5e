/** The rules for the page's modules: ESLint's own, and which folder may import from which. */

import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import js from "@eslint/js";
import { importX } from "eslint-plugin-import-x";
import globals from "globals";

/** Lowest first; the folders of one layer do not import each other. */
const LAYERS = [
  ["lib"],
  ["stream"],
  ["replay"],
  ["plots", "picture"],
  ["analysis", "export", "page"],
  ["wall", "board", "status"],
];

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

const ROOT = fileURLToPath(new URL(".", import.meta.url));

/** `no-restricted-paths` for types that JSDoc comments import, which it does not see. */
const jsdocImports = {
  create: ({ filename, sourceCode, report }) => ({
    Program() {
      const zone = zones.find(({ target }) => dirname(relative(ROOT, filename)) === target);
      for (const comment of sourceCode.getAllComments()) {
        for (const [, path] of comment.value.matchAll(/\bimport\("(\.[^"]+)"\)/g)) {
          if (zone?.from.includes(relative(ROOT, dirname(resolve(dirname(filename), path))))) {
            report({ loc: comment.loc, message: `type from "${path}": ${zone.message}` });
          }
        }
      }
    },
  }),
};

export default [
  js.configs.recommended,
  {
    files: ["static/js/**/*.js"],
    plugins: { "import-x": importX, beamcast: { rules: { "jsdoc-imports": jsdocImports } } },
    languageOptions: { ecmaVersion: 2024, sourceType: "module", globals: globals.browser },
    rules: {
      "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      eqeqeq: "error",
      "prefer-const": "error",
      "no-var": "error",
      "import-x/no-cycle": "error",
      "import-x/no-restricted-paths": ["error", { zones, basePath: ROOT }],
      "beamcast/jsdoc-imports": "error",
    },
  },
  { files: ["static/js/page/theme-first.js"], languageOptions: { sourceType: "script" } },
];
