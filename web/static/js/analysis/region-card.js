/** The card of one region: its results, its profiles and the Gaussians fitted to them. */

import { toAxis } from "../lib/calibration.js";
import { write } from "../lib/dom.js";
import { gaussianCurve } from "./gauss.js";
import { NO_VALUE, formatWithError } from "../lib/format.js";
import { ResultList, createTrendButton } from "./result-list.js";
import { ProfilePlot } from "./profile-plot.js";

const KIND_NAMES = { rect: "rectangle", ellipse: "ellipse" };
const AXES = /** @type {const} */ (["x", "y"]);

/**
 * @typedef {import("../lib/calibration.js").Axis} Axis
 * @typedef {import("./projection.js").Profile} Profile
 * @typedef {import("./results.js").Results} Results
 * @typedef {{x: HTMLElement, y: HTMLElement}} Cells
 */

export class RegionCard {
  element = document.createElement("section");
  #title = document.createElement("h3");
  #numbers;
  #spotTable = document.createElement("table");
  #headCells = { x: columnHead(), y: columnHead() };
  /** @type {Map<string, Cells>} by the name of the quantity */
  #spotCells = new Map();
  #profiles;
  #toggleTrend;
  #reason = document.createElement("p");
  #reasons = document.createElement("p");

  /**
   * @param {number} index
   * @param {object} parts
   * @param {() => void} parts.onRemove
   * @param {(name: string) => void} parts.toggleTrend opens or closes the trend of a result of this region
   * @param {import("../plots/maximise.js").Maximiser} parts.maximiser
   */
  constructor(index, { onRemove, toggleTrend, maximiser }) {
    this.#toggleTrend = toggleTrend;
    this.#numbers = new ResultList(toggleTrend);
    this.#profiles = {
      x: new ProfilePlot("Profile along x", maximiser),
      y: new ProfilePlot("Profile along y", maximiser),
    };
    const titleId = `region-${index + 1}-name`;
    this.element.className = `card region-${index + 1}`;
    this.element.setAttribute("aria-labelledby", titleId);
    this.#title.id = titleId;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "icon";
    button.textContent = "✕";
    button.setAttribute("aria-label", `Remove region ${index + 1}`);
    button.addEventListener("click", onRemove);
    const head = document.createElement("header");
    head.append(this.#title, button);
    this.#spotTable.className = "spot";
    this.#reason.className = "why";
    this.#reason.hidden = true;
    this.#reasons.className = "reasons";
    const { x, y } = this.#profiles;
    const { element: numbers } = this.#numbers;
    this.element.append(head, this.#reason, numbers, this.#spotTable, this.#reasons, x.element, y.element);
  }

  /**
   * @param {Results} results
   * @param {{x: Profile, y: Profile}} profiles
   * @param {import("./profile-fits.js").Fits} fits
   * @param {{x: Axis, y: Axis}} axes
   */
  show({ numbers, spot }, profiles, fits, axes) {
    this.#numbers.show(numbers);
    this.#showSpot(spot, axes);
    for (const axis of AXES) {
      const { start, pitch, values } = profiles[axis];
      const fit = fits[axis];
      const positions = Float64Array.from(values, (_, index) => toAxis(axes[axis], start + pitch * index));
      this.#profiles[axis].setTitle(`Profile along ${axis}, ${axes[axis].unit}`.replace(/, $/, ""));
      this.#profiles[axis].showRising(positions, values, fit && gaussianCurve(fit, profiles[axis]));
    }
  }

  /**
   * Show the region's geometry and, why it has no results, if so.
   * @param {number} index
   * @param {import("./region.js").Region} region
   * @param {string} reason empty: there are results
   */
  describe(index, { kind, width, height, x, y }, reason) {
    const [w, h, left, top] = [width, height, x, y].map(Math.round);
    write(this.#title, `${index + 1}  ${KIND_NAMES[kind]} ${w} × ${h} at ${left}, ${top}`);
    write(this.#reason, reason);
    this.#reason.hidden = !reason;
    this.element.classList.toggle("empty", Boolean(reason));
  }

  restyle() {
    this.#profiles.x.restyle();
    this.#profiles.y.restyle();
  }

  remove() {
    this.#profiles.x.remove();
    this.#profiles.y.remove();
    this.element.remove();
  }

  /** @param {Results["spot"]} spot @param {{x: Axis, y: Axis}} axes */
  #showSpot(spot, axes) {
    if (!this.#spotCells.size) {
      this.#createSpotTable(Object.keys(spot));
    }
    for (const axis of AXES) {
      write(this.#headCells[axis], `${axis} ${axes[axis].unit}`.trim());
      for (const [name, cells] of this.#spotCells) {
        const quantity = spot[name][axis];
        write(cells[axis], quantity ? formatWithError(quantity.value, quantity.error) : NO_VALUE);
      }
    }
    write(this.#reasons, formatReasons(spot));
    this.#reasons.hidden = !this.#reasons.textContent;
  }

  /** @param {string[]} names */
  #createSpotTable(names) {
    this.#spotTable.createTHead().insertRow().append(columnHead(), this.#headCells.x, this.#headCells.y);
    const body = this.#spotTable.createTBody();
    for (const name of names) {
      const title = document.createElement("th");
      title.scope = "row";
      title.append(createTrendButton(name, () => AXES.forEach((axis) => this.#toggleTrend(`${name} ${axis}`))));
      const cells = { x: document.createElement("td"), y: document.createElement("td") };
      body.insertRow().append(title, cells.x, cells.y);
      this.#spotCells.set(name, cells);
    }
  }
}


function columnHead() {
  const cell = document.createElement("th");
  cell.scope = "col";
  return cell;
}

/**
 * Format the reasons for missing results: "centroid, rms: No spot is above the noise."
 * @param {Results["spot"]} spot
 */
function formatReasons(spot) {
  /** @type {Map<string, string[]>} */
  const names = new Map();
  for (const [name, { reason }] of Object.entries(spot)) {
    if (reason) {
      names.set(reason, [...(names.get(reason) ?? []), name]);
    }
  }
  return [...names].map(([reason, all]) => `${all.join(", ")}: ${reason}`).join(" ");
}
