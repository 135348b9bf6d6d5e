/**
 * The buttons of the tools that few viewers use. Their code is loaded when one is pressed, or after the first picture:
 * at once if the address or this browser's memory has one of their settings, else a little later, so that the tools
 * are there if the web server is lost.
 */

import { attachMenu } from "../lib/menu.js";

const SETTINGS = ["line", "edges", "mask", "range", "marker"];
const PRELOAD_MS = 3000; // after the first picture
const NOT_LOADED = "The code of this tool could not be loaded. Reload the page: the server may have been updated.";

/**
 * @typedef {import("./tools.js").Tools} Tools
 * @typedef {import("./tools.js").Parts & {
 *   shortcuts: import("../lib/shortcuts.js").Shortcuts,
 *   notice: (text: string, tone?: string) => void,
 * }} Parts
 */

export class LazyTools {
  #parts;
  /** @type {Tools | null} */
  #tools = null;
  /** @type {Promise<typeof import("./tools.js")> | null} */
  #loading = null;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    const { getById, shortcuts } = parts;
    getById("line-cut").addEventListener("click", ({ detail }) => this.#use((tools) => tools.toggleLine(detail > 0)));
    getById("edges").addEventListener("click", () => this.#use((tools) => tools.toggleEdges()));
    const rangeOf = /** @type {HTMLSelectElement} */ (getById("range-of"));
    for (const event of ["focus", "pointerenter"]) {
      rangeOf.addEventListener(event, () => this.#use(() => {})); // regions become its choices
    }
    rangeOf.addEventListener("change", () => {
      const { value } = rangeOf;
      this.#use((tools) => tools.chooseRange(value));
    });
    const menu = /** @type {HTMLDetailsElement} */ (getById("pixels"));
    const summary = attachMenu(menu, () => this.#use((tools) => tools.openForm()));
    shortcuts.add({ n: () => this.#use((tools) => tools.toggleLine()) }, "draw a line for a line cut, or remove it");
    shortcuts.add({ v: () => getById("edges").click() }, "profiles at the picture's edges");
    shortcuts.add({ u: () => summary?.click() }, "pixel size, marker and mask");
  }

  /** To be called after the first picture. */
  start() {
    if (SETTINGS.some((name) => this.#parts.preferences.get(name))) {
      this.#use(() => {});
    } else {
      setTimeout(() => this.#load().catch(() => {}), PRELOAD_MS);
    }
  }

  onFrame() {
    this.#tools?.onFrame();
  }

  /** @param {import("../picture/placement.js").Placement} placement */
  place(placement) {
    this.#tools?.place(placement);
  }

  restyle() {
    this.#tools?.restyle();
  }

  removeMask() {
    this.#tools?.removeMask();
  }

  /** Show the present pixel size and marker. */
  showCalibration() {
    this.#tools?.openForm();
  }

  #load() {
    this.#loading ??= import("./tools.js").catch((error) => {
      this.#loading = null; // to be tried again
      throw error;
    });
    return this.#loading;
  }

  /** @param {(tools: Tools) => void} action */
  async #use(action) {
    let loaded;
    try {
      loaded = await this.#load();
    } catch {
      this.#parts.notice(NOT_LOADED, "act");
      return;
    }
    this.#tools ??= new loaded.Tools(this.#parts);
    action(this.#tools);
  }
}
