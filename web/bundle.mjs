/**
 * `node bundle.mjs`: makes the bundles of the pages in `bundle/` from `static/`, minified, compressed and named
 * by their content; `manifest.json` says which are the present ones. `docs/decisions/0016-bundles.md` has the
 * reasons.
 */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { build } from "esbuild";

const ROOT = fileURLToPath(new URL(".", import.meta.url));
const STATIC = join(ROOT, "static");
const LIBRARIES = join(ROOT, "node_modules");
const OUT = join(ROOT, "bundle");
const SOCKET = "stream/socket.js";
const TOOLS = "analysis/tools.js"; // loaded on the first use; has its own copies of what it shares with the page
const DATA = ["world-atlas/land-50m.json"]; // compressed, and served under /lib

/** Resolves what the server serves under `/lib`. */
const libraries = {
  name: "libraries",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\/lib\// }, ({ path }) => {
      const [name, file] = path.split("/").slice(2);
      return { path: [join(LIBRARIES, name, "dist", file), join(LIBRARIES, name, file)].find(existsSync) };
    });
    // Libraries that are no ES modules set a global name, as without a bundle.
    onLoad({ filter: /(umd|topojson-client)\.min\.js$/ }, ({ path }) => ({
      contents: `(function (exports, module, define) {\n${readFileSync(path, "utf8")}\n}).call(globalThis);`,
    }));
  },
};

/**
 * Leaves two modules out of a page's bundle: that of the socket, which the page loads before all others, and that of
 * the tools. A chunk of what the tools and the page share would be one more request before the first picture.
 */
const separate = (socket, tools) => ({
  name: "separate",
  setup({ onResolve }) {
    onResolve({ filter: /\/(socket|tools)\.js$/ }, ({ path, kind }) => {
      if (path.startsWith("/lib/")) {
        return null;
      }
      const name = path.endsWith("socket.js") ? kind === "import-statement" && socket : kind === "dynamic-import" && tools;
      return name ? { path: `./${name}`, external: true } : null;
    });
  },
});

/** Bundle one entry file; returns the bundle's files, the one of the entry first. */
async function bundle(entry, options = {}) {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(STATIC, entry)],
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    outdir: OUT,
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    format: "esm",
    target: ["chrome107", "firefox104", "safari16"],
    legalComments: "eof",
    logLevel: "warning",
    write: false,
    metafile: true,
    ...options,
    plugins: [...(options.plugins ?? []), libraries],
  });
  const isEntry = ({ path }) => Boolean(metafile.outputs[`bundle/${basename(path)}`]?.entryPoint);
  const files = outputFiles.map(({ path, contents }) => ({ name: basename(path), contents, isEntry: isEntry({ path }) }));
  return files.sort((a, b) => Number(b.isEntry) - Number(a.isEntry));
}

/** Return the names of what the pages are made from, in the order in which `digest` reads them. */
function sources() {
  const files = ["js", "css"].flatMap((folder) =>
    readdirSync(join(STATIC, folder), { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name).slice(ROOT.length)),
  );
  return [...files, "static/favicon.svg", "bundle.mjs", "package-lock.json"].sort();
}

/** Return a digest of all sources, which `web/routes/assets.py` computes too. */
function digest() {
  const hash = createHash("sha256");
  for (const name of sources()) {
    const content = readFileSync(join(ROOT, name));
    hash.update(`${name} ${content.length}\n`).update(content);
  }
  return hash.digest("hex");
}

/** Write a file and its compressed copies. */
function write(name, content) {
  writeFileSync(join(OUT, name), content);
  writeFileSync(join(OUT, `${name}.gz`), gzipSync(content, { level: 9 }));
  const quality = content.length > 500_000 ? 9 : 11; // 11 takes 2 s for a megabyte
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  writeFileSync(join(OUT, `${name}.br`), brotliCompressSync(content, { params }));
}

/** Return the files in `bundle/` that a manifest names, or an empty list. */
function filesOf(manifest) {
  try {
    return JSON.parse(readFileSync(join(OUT, manifest), "utf8")).files;
  } catch {
    return [];
  }
}

async function main() {
  const before = digest();
  const [socket] = await bundle(`js/${SOCKET}`);
  const [tools] = await bundle(`js/${TOOLS}`);
  const plugins = [separate(socket.name, tools.name)];
  const made = { "socket.js": [socket], "tools.js": [tools], "theme-first.js": await bundle("js/page/theme-first.js", { format: "iife" }) };
  for (const file of readdirSync(join(STATIC, "js")).filter((name) => name.endsWith(".js"))) {
    made[file] = await bundle(`js/${file}`, { splitting: true, plugins });
  }
  for (const file of readdirSync(join(STATIC, "css/pages"))) {
    made[file] = await bundle(`css/pages/${file}`);
  }
  const icon = readFileSync(join(STATIC, "favicon.svg"));
  const iconHash = createHash("sha256").update(icon).digest("hex").slice(0, 8);
  made["favicon.svg"] = [{ name: `favicon-${iconHash}.svg`, contents: icon, isEntry: true }];

  mkdirSync(OUT, { recursive: true });
  for (const { name, contents } of Object.values(made).flat()) {
    write(name, contents);
  }
  for (const path of DATA) {
    write(basename(path), readFileSync(join(LIBRARIES, path)));
  }
  const entries = Object.fromEntries(Object.entries(made).map(([source, [entry]]) => [source, entry.name]));
  const files = [...new Set(Object.values(made).flat().map(({ name }) => name)), ...DATA.map((path) => basename(path))];
  // Pages that were opened before this still load the files of the last bundle.
  const previous = filesOf("manifest.json");
  writeFileSync(join(OUT, "new.json"), `${JSON.stringify({ sources: before, entries, files }, null, 1)}\n`);
  renameSync(join(OUT, "new.json"), join(OUT, "manifest.json"));
  const kept = new Set([...files, ...previous].flatMap((name) => [name, `${name}.gz`, `${name}.br`]));
  for (const name of readdirSync(OUT)) {
    if (name !== "manifest.json" && !kept.has(name)) {
      rmSync(join(OUT, name));
    }
  }
}

await main();
