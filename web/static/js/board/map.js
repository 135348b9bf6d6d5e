/** The view of a map card: points over the land's outline and a grid of degrees. It needs no map server. */

import { context2d } from "../lib/dom.js";
import { attachGestures } from "../picture/gestures.js";
import { Colours } from "./colours.js";
import { Globe, formatDegrees } from "./globe.js";
import { Basemap } from "./basemap.js";
import { requestRedraw } from "./draw-scheduler.js";

const PAN_PX = 40;
const ZOOM = 1.4;
const DIGITS = 5;
const MAX_SUMMARY_ROWS = 20;

/**
 * @typedef {{x: number, y: number, width: number}} Label of a point: the left end of its text's base line, px
 */

export class MapView {
  #canvas = document.createElement("canvas");
  #host = document.createElement("div");
  #globe = new Globe();
  #basemap = new Basemap(() => requestRedraw(this.#host));
  /** @type {import("./card-views.js").Content | null} */
  #content = null;
  #resizeObserver = new ResizeObserver(() => requestRedraw(this.#host));

  /** @param {HTMLElement} host @param {string} name of the card */
  constructor(host, name) {
    this.#host.className = "map";
    this.#canvas.tabIndex = 0;
    this.#canvas.setAttribute("role", "img");
    this.#canvas.setAttribute("aria-label", `Map of ${name}`);
    this.#canvas.title = "Drag to move; zoom with the wheel after a click, or with Ctrl; keys: arrows, +, − and 0";
    this.#host.append(this.#canvas);
    host.append(this.#host);
    this.#canvas.addEventListener("wheel", (event) => {
      if (document.activeElement !== this.#canvas && !event.ctrlKey) {
        event.stopImmediatePropagation(); // the page scrolls
      }
    });
    attachGestures(this.#canvas, this.#globe, () => this.#draw());
    this.#canvas.addEventListener("keydown", (event) => this.#onKey(event));
    this.#resizeObserver.observe(this.#host);
  }

  /** @param {import("./card-views.js").Content} content */
  show(content) {
    this.#content = content;
    this.#draw();
  }

  restyle() {}

  remove() {
    this.#resizeObserver.disconnect();
  }

  get canvas() {
    return this.#canvas;
  }

  get summary() {
    const rows = this.#rows.slice(-MAX_SUMMARY_ROWS);
    const place = (/** @type {number} */ lat, /** @type {number} */ lon) =>
      `${formatDegrees(lat, DIGITS, "N", "S")}, ${formatDegrees(lon, DIGITS, "E", "W")}`;
    return rows.map(([lat, lon, name]) => `${name || "a point"} at ${place(lat, lon)}`).join("; ");
  }

  get #rows() {
    return (this.#content?.list ?? []).filter((row) => row !== undefined);
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.#host;
    if (!width || !height || !this.#content) {
      return;
    }
    const density = window.devicePixelRatio || 1;
    this.#canvas.width = width * density;
    this.#canvas.height = height * density;
    this.#globe.resize({ width, height });
    this.#globe.show(this.#rows.map(([lat, lon]) => ({ lat, lon })));
    const context = context2d(this.#canvas);
    context.scale(density, density);
    const colours = new Colours(this.#host);
    const { size, family } = colours.font;
    context.font = `${size}px ${family}`;
    this.#basemap.draw(context, this.#globe, colours, { width, height });
    this.#drawPoints(context, colours, size, this.#content.about);
    this.#drawNames(context, colours, size);
  }

  /**
   * Draws the points; earlier points of the same name are smaller and pale.
   * @param {CanvasRenderingContext2D} context
   * @param {Colours} colours
   * @param {number} size of the font, px
   * @param {import("./cards.js").About} about
   */
  #drawPoints(context, colours, size, { borderColor, backgroundColor }) {
    const rows = this.#rows;
    const newest = newestOf(rows);
    rows.forEach(([lat, lon, name], index) => {
      const isNewest = !name || newest.get(name) === index;
      const radius = size * (isNewest ? 0.42 : 0.25);
      context.fillStyle = colours.described(backgroundColor, index) ?? colours.ofSeries(0);
      context.strokeStyle = colours.described(borderColor, index) ?? colours.variable("--panel");
      for (const { x, y } of this.#globe.pixelsOf({ lat, lon })) {
        context.globalAlpha = isNewest ? 1 : 0.4;
        context.beginPath();
        context.arc(x, y, radius, 0, 2 * Math.PI);
        context.fill();
        context.globalAlpha = 1;
        if (isNewest) {
          context.stroke();
        }
      }
    });
  }

  /**
   * Draws the name of each newest point where it is inside the map and overlaps no other name.
   * @param {CanvasRenderingContext2D} context
   * @param {Colours} colours
   * @param {number} size of the font, px
   */
  #drawNames(context, colours, size) {
    const rows = this.#rows;
    const newest = newestOf(rows);
    /** @type {Label[]} */
    const labels = [];
    context.fillStyle = colours.variable("--ink");
    context.strokeStyle = colours.variable("--panel");
    context.lineWidth = size * 0.25;
    rows.toReversed().forEach(([lat, lon, name], index) => {
      if (!name || newest.get(name) !== rows.length - 1 - index) {
        return;
      }
      const { width } = context.measureText(name);
      for (const { x, y } of this.#globe.pixelsOf({ lat, lon })) {
        const sides = [x + size * 0.6, x - size * 0.6 - width].map((left) => ({ x: left, y: y + size * 0.35, width }));
        const isFree = (/** @type {Label} */ side) => labels.every((other) => !overlap(side, other, size));
        const label = sides.find((side) => isInside(side, this.#host) && isFree(side));
        if (label) {
          labels.push(label);
          context.strokeText(name, label.x, label.y);
          context.fillText(name, label.x, label.y);
        }
      }
    });
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const centre = { x: this.#host.clientWidth / 2, y: this.#host.clientHeight / 2 };
    /** @type {Record<string, () => void>} */
    const actions = {
      "+": () => this.#globe.zoomBy(ZOOM, centre),
      "-": () => this.#globe.zoomBy(1 / ZOOM, centre),
      0: () => this.#globe.fit(),
      ArrowLeft: () => this.#globe.panBy(PAN_PX, 0),
      ArrowRight: () => this.#globe.panBy(-PAN_PX, 0),
      ArrowUp: () => this.#globe.panBy(0, PAN_PX),
      ArrowDown: () => this.#globe.panBy(0, -PAN_PX),
    };
    const action = actions[event.key];
    if (action && !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      event.stopPropagation();
      action();
      this.#draw();
    }
  }
}

/** Return the index of the newest row of each name. @param {import("./card-rows.js").Row[]} rows */
function newestOf(rows) {
  return new Map(rows.map(([, , name], index) => [name, index]));
}

/** @param {Label} label @param {HTMLElement} map */
function isInside({ x, width }, { clientWidth }) {
  return x >= 0 && x + width <= clientWidth;
}

/** @param {Label} one @param {Label} other @param {number} size of the font, px */
function overlap(one, other, size) {
  return one.x + one.width >= other.x && other.x + other.width >= one.x && Math.abs(one.y - other.y) <= size * 1.05;
}
