/** What the page tells of one region: its results, its profiles and the Gauss curves that fit them. */

import { write } from "../lib/dom.js";
import { curve } from "./gauss.js";
import { NOTHING, measured } from "../lib/format.js";
import { Numbers, quantity } from "./result-list.js";
import { ProfilePlot } from "./profile-plot.js";

const KINDS = { rect: "rectangle", ellipse: "ellipse" };

/** @typedef {import("./profile.js").Profile} Profile */

export class Card {
  element = document.createElement("section");
  #title = document.createElement("h3");
  #numbers;
  #spot = document.createElement("table");
  #profiles;
  #trend;
  #why = document.createElement("p");
  #reasons = document.createElement("p");

  /**
   * @param {number} index
   * @param {object} parts
   * @param {() => void} parts.remove
   * @param {(name: string) => void} parts.trend opens the trend of a result of this region, or closes it
   * @param {import("../plots/maximise.js").Maximiser} parts.maximiser
   */
  constructor(index, { remove, trend, maximiser }) {
    this.#trend = trend;
    this.#numbers = new Numbers(trend);
    this.#profiles = {
      x: new ProfilePlot("Profile along x", maximiser),
      y: new ProfilePlot("Profile along y", maximiser),
    };
    const name = `region-${index + 1}-name`;
    this.element.className = `card region-${index + 1}`;
    this.element.setAttribute("aria-labelledby", name);
    this.#title.id = name;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "icon";
    button.textContent = "✕";
    button.setAttribute("aria-label", `Remove region ${index + 1}`);
    button.addEventListener("click", remove);
    const head = document.createElement("header");
    head.append(this.#title, button);
    this.#spot.className = "spot";
    this.#why.className = "why";
    this.#why.hidden = true;
    this.#reasons.className = "reasons";
    const { x, y } = this.#profiles;
    this.element.append(head, this.#why, this.#numbers.element, this.#spot, this.#reasons, x.element, y.element);
  }

  /**
   * @param {import("./results.js").Results} results
   * @param {{x: Profile, y: Profile}} profiles
   * @param {{x: import("./gauss.js").Fit | null, y: import("./gauss.js").Fit | null}} fits
   * @param {{x: import("../picture/calibration.js").Axis, y: import("../picture/calibration.js").Axis}} axes
   */
  show({ numbers, spot }, profiles, fits, axes) {
    this.#numbers.show(numbers);
    this.#table(spot, axes);
    for (const axis of /** @type {("x" | "y")[]} */ (["x", "y"])) {
      const { start, pitch, values } = profiles[axis];
      const positions = Float64Array.from(values, (_, index) => start + pitch * index);
      this.#profiles[axis].show(positions, values, fits[axis] && curve(fits[axis], profiles[axis]));
    }
  }

  /**
   * Says which region it is of and, in place of results, why there are none.
   * @param {number} index
   * @param {import("./region.js").Region} region
   * @param {string} why empty: there are
   */
  say(index, { kind, width, height, x, y }, why) {
    const [w, h, left, top] = [width, height, x, y].map(Math.round);
    write(this.#title, `${index + 1}  ${KINDS[kind]} ${w} × ${h} at ${left}, ${top}`);
    write(this.#why, why);
    this.#why.hidden = !why;
    this.element.classList.toggle("empty", Boolean(why));
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

  #table(spot, axes) {
    const rows = Object.entries(spot);
    if (!this.#spot.tBodies.length) {
      const head = this.#spot.createTHead().insertRow();
      for (const text of ["", "x", "y"]) {
        const cell = document.createElement("th");
        cell.scope = "col";
        cell.textContent = text;
        head.append(cell);
      }
      const body = this.#spot.createTBody();
      for (const [name] of rows) {
        const row = body.insertRow();
        const title = document.createElement("th");
        title.scope = "row";
        title.append(quantity(name, () => [`${name} x`, `${name} y`].forEach(this.#trend)));
        row.append(title, document.createElement("td"), document.createElement("td"));
      }
    }
    write(this.#spot.tHead.rows[0].cells[1], `x ${axes.x.unit}`.trim());
    write(this.#spot.tHead.rows[0].cells[2], `y ${axes.y.unit}`.trim());
    rows.forEach(([, { x, y }], at) => {
      const cells = this.#spot.tBodies[0].rows[at].cells;
      write(cells[1], x ? measured(x.value, x.error) : NOTHING);
      write(cells[2], y ? measured(y.value, y.error) : NOTHING);
    });
    write(this.#reasons, reasons(spot));
    this.#reasons.hidden = !this.#reasons.textContent;
  }
}

/**
 * Why results are missing: "Centroid, rms: no spot is above the noise."
 * @param {import("./results.js").Results["spot"]} spot
 */
function reasons(spot) {
  /** @type {Map<string, string[]>} */
  const names = new Map();
  for (const [name, { why }] of Object.entries(spot)) {
    if (why) {
      names.set(why, [...(names.get(why) ?? []), name]);
    }
  }
  return [...names].map(([why, all]) => `${all.join(", ")}: ${why}`).join(" ");
}
