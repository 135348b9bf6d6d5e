/** The profiles at the picture's edges, on its own axes: means of what is visible, or the cursor's row and column. */

import { createSvg, setAttributes } from "../lib/svg.js";
import { formatShort } from "../lib/format.js";
import { curvePath, extremes } from "./edge-curve.js";
import { crossProfiles, projections } from "./edge-profiles.js";

const MIN_INTERVAL_MS = 60; // between two drawings for the pointer
const DIGITS = 4;
const LABEL_EM = 1.3; // room for the name of the curve

/**
 * @typedef {import("../picture/placement.js").Placement} Placement
 * @typedef {import("./edge-profiles.js").EdgeProfile} EdgeProfile
 * @typedef {import("./edge-profiles.js").EdgeProfiles} EdgeProfiles
 */

export class EdgePlots {
  #hero;
  #stage;
  #picture;
  #across = createPlot("edge-plot across");
  #down = createPlot("edge-plot down");
  /** @type {{x: number, y: number} | null} camera coordinates */
  #cursor = null;
  #drawnMs = 0;

  /**
   * @param {HTMLElement} hero
   * @param {HTMLElement} stage in it
   * @param {import("../picture/picture.js").Picture} picture
   */
  constructor(hero, stage, picture) {
    this.#hero = hero;
    this.#stage = stage;
    this.#picture = picture;
    hero.append(this.#across.svg, this.#down.svg);
    stage.addEventListener("pointermove", (event) => this.#onPointer(event));
    stage.addEventListener("pointerleave", () => {
      this.#cursor = null;
      this.draw();
    });
  }

  get isShown() {
    return this.#hero.classList.contains("profiled");
  }

  /** @param {boolean} isShown */
  set isShown(isShown) {
    this.#hero.classList.toggle("profiled", isShown);
    this.draw();
  }

  /** @param {PointerEvent} event */
  #onPointer({ clientX, clientY, timeStamp }) {
    const { left, top } = this.#stage.getBoundingClientRect();
    const { placement } = this.#picture;
    const at = placement.toPicture(clientX - left, clientY - top);
    this.#cursor = placement.contains({ x: Math.floor(at.x), y: Math.floor(at.y) }) ? at : null;
    if (this.isShown && timeStamp - this.#drawnMs >= MIN_INTERVAL_MS) {
      this.#drawnMs = timeStamp;
      this.draw();
    }
  }

  /** Draw the profiles of the picture that is shown. */
  draw() {
    const { placement } = this.#picture;
    if (!this.isShown || !placement.ready) {
      return;
    }
    const box = placement.visibleBox();
    const pixels = this.#picture.pixels(box);
    const cursor = this.#cursor;
    const cross = pixels && cursor && crossProfiles(pixels, box, cursor);
    const found = cross ?? (pixels && projections(pixels, box, "mean"));
    const isTurned = placement.turns % 2 === 1;
    const [across, down] = isTurned ? /** @type {const} */ (["y", "x"]) : /** @type {const} */ (["x", "y"]);
    const nameOf = (/** @type {"x" | "y"} */ axis) => {
      if (!found) {
        return "No values: a picture in colour";
      }
      const number = cursor && Math.floor(axis === "x" ? cursor.y : cursor.x);
      const [one, all] = axis === "x" ? ["row", "columns"] : ["column", "rows"];
      return cross ? `${one} ${number}` : `mean of the ${all}`;
    };
    this.#show(this.#across, found && found[across], nameOf(across), (at) => {
      const point = isTurned ? placement.toPlace(0, at) : placement.toPlace(at, 0);
      return point.x;
    });
    this.#show(this.#down, found && found[down], nameOf(down), (at) => {
      const point = isTurned ? placement.toPlace(at, 0) : placement.toPlace(0, at);
      return point.y;
    });
  }

  /**
   * @param {ReturnType<typeof createPlot>} plot
   * @param {EdgeProfile | null} profile
   * @param {string} name of the curve
   * @param {(at: number) => number} toPlace from camera coordinates to CSS pixels of the stage along the edge
   */
  #show({ svg, curve, label, isAcross }, profile, name, toPlace) {
    const { clientWidth: width, clientHeight: height } = svg;
    const [low, high] = extremes(profile?.values ?? new Float64Array(0));
    const isKnown = profile !== null && high >= low;
    const [stage, own] = [this.#stage.getBoundingClientRect(), svg.getBoundingClientRect()];
    const first = isAcross ? stage.left - own.left : stage.top - own.top;
    const along = (/** @type {number} */ at) => first + toPlace(at);
    const em = parseFloat(getComputedStyle(svg).fontSize);
    const size = (isAcross ? height : width) - LABEL_EM * em;
    setAttributes(curve, { d: isKnown ? curvePath(profile, { size, isAcross }, along) : "" });
    label.textContent = isKnown ? `${name}: ${short(low)} … ${short(high)}` : name;
    svg.setAttribute("aria-label", `Profile at the picture's edge, ${label.textContent}`);
    if (!isAcross) {
      const transform = `translate(${width - em / 4} ${height / 2}) rotate(-90)`;
      setAttributes(label, { transform, "text-anchor": "middle" });
    } else {
      setAttributes(label, { x: em / 4, y: height - em / 4 });
    }
  }
}

/** @param {number} value */
function short(value) {
  return formatShort(Number(value.toPrecision(DIGITS)));
}

/** @param {string} name */
function createPlot(name) {
  const svg = createSvg("svg", name);
  setAttributes(svg, { role: "img" });
  const [curve, label] = [createSvg("path"), createSvg("text")];
  svg.append(curve, label);
  return { svg, curve, label, isAcross: name.includes("across") };
}
