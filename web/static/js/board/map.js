/** A map of points over the land's outline and a grid of degrees: a control room has no tiles. */

import { takeGestures } from "../picture/gestures.js";
import { Colours } from "./colours.js";
import { Globe, written } from "./globe.js";
import { Basemap } from "./basemap.js";
import { requestRedraw } from "./draw-scheduler.js";

const STEP_PX = 40;
const ZOOM = 1.4;
const DIGITS = 5;

export class MapView {
  #canvas = document.createElement("canvas");
  #host;
  #globe = new Globe();
  #ground = new Basemap(() => requestRedraw(this.#host));
  /** @type {import("./card-views.js").Shown | null} */
  #shown = null;
  #resized;

  /** @param {HTMLElement} host @param {string} name */
  constructor(host, name) {
    this.#host = document.createElement("div");
    this.#host.className = "map";
    this.#canvas.tabIndex = 0;
    this.#canvas.setAttribute("role", "img");
    this.#canvas.setAttribute("aria-label", `Map of ${name}`);
    this.#canvas.title = "Drag; zoom with the wheel after a click, or with Ctrl; keys: arrows, + − and 0";
    this.#host.append(this.#canvas);
    host.append(this.#host);
    this.#canvas.addEventListener("wheel", (event) => {
      if (document.activeElement !== this.#canvas && !event.ctrlKey) {
        event.stopImmediatePropagation(); // the page scrolls
      }
    });
    takeGestures(this.#canvas, /** @type {any} */ (this.#globe), () => this.#draw());
    this.#canvas.addEventListener("keydown", (event) => this.#key(event));
    this.#resized = new ResizeObserver(() => requestRedraw(this.#host));
    this.#resized.observe(this.#host);
  }

  /** @param {import("./card-views.js").Shown} shown */
  show(shown) {
    this.#shown = shown;
    this.#draw();
  }

  restyle() {}

  remove() {
    this.#resized.disconnect();
  }

  get canvas() {
    return this.#canvas;
  }

  get told() {
    const last = this.#rows.slice(-20);
    return last.map(([lat, lon, name]) => `${name || "a point"} at ${written(lat, DIGITS, "N", "S")}, ${written(lon, DIGITS, "E", "W")}`).join("; ");
  }

  get #rows() {
    return (this.#shown?.list ?? []).filter((row) => row !== undefined);
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.#host;
    if (!width || !height || !this.#shown) {
      return;
    }
    const density = window.devicePixelRatio || 1;
    this.#canvas.width = width * density;
    this.#canvas.height = height * density;
    this.#globe.resize({ width, height });
    this.#globe.show(this.#rows.map(([lat, lon]) => ({ lat, lon })));
    const context = this.#canvas.getContext("2d");
    context.scale(density, density);
    const colours = new Colours(this.#host);
    const { size, family } = colours.font;
    context.font = `${size}px ${family}`;
    this.#ground.draw(context, this.#globe, colours, { width, height });
    this.#drawPoints(context, colours, size);
  }

  /** Of one name only the newest is named, and the others are pale: where it was. */
  #drawPoints(context, colours, size) {
    const rows = this.#rows;
    const { borderColor, backgroundColor } = this.#shown.about;
    const last = new Map(rows.map(([, , name], index) => [name, index]));
    /** @type {{x: number, y: number, width: number}[]} */
    const written = [];
    rows.forEach(([lat, lon, name], index) => {
      const isNow = !name || last.get(name) === index;
      const radius = size * (isNow ? 0.42 : 0.25);
      context.fillStyle = colours.told(backgroundColor, index) ?? colours.usual(0);
      context.strokeStyle = colours.told(borderColor, index) ?? colours.of("--panel");
      for (const { x, y } of this.#globe.pixelsOf({ lat, lon })) {
        context.globalAlpha = isNow ? 1 : 0.4;
        context.beginPath();
        context.arc(x, y, radius, 0, 2 * Math.PI);
        context.fill();
        context.globalAlpha = 1;
        if (isNow) {
          context.stroke();
        }
      }
    });
    context.fillStyle = colours.of("--ink");
    context.strokeStyle = colours.of("--panel");
    context.lineWidth = size * 0.25;
    rows.toReversed().forEach(([lat, lon, name], index) => {
      if (!name || last.get(name) !== rows.length - 1 - index) {
        return;
      }
      const { width } = context.measureText(name);
      for (const { x, y } of this.#globe.pixelsOf({ lat, lon })) {
        const ways = [x + size * 0.6, x - size * 0.6 - width].map((left) => ({ x: left, y: y + size * 0.35, width }));
        const at = ways.find((way) => isInside(way, this.#host) && written.every((other) => isApart(way, other, size)));
        if (at) {
          written.push(at);
          context.strokeText(name, at.x, at.y);
          context.fillText(name, at.x, at.y);
        }
      }
    });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const middle = { x: this.#host.clientWidth / 2, y: this.#host.clientHeight / 2 };
    const does = {
      "+": () => this.#globe.zoomBy(ZOOM, middle),
      "-": () => this.#globe.zoomBy(1 / ZOOM, middle),
      0: () => this.#globe.fit(),
      ArrowLeft: () => this.#globe.panBy(STEP_PX, 0),
      ArrowRight: () => this.#globe.panBy(-STEP_PX, 0),
      ArrowUp: () => this.#globe.panBy(0, STEP_PX),
      ArrowDown: () => this.#globe.panBy(0, -STEP_PX),
    }[event.key];
    if (does && !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      event.stopPropagation();
      does();
      this.#draw();
    }
  }
}

function isInside({ x, width }, { clientWidth }) {
  return x >= 0 && x + width <= clientWidth;
}

function isApart(one, other, size) {
  return (
    one.x + one.width < other.x || other.x + other.width < one.x || Math.abs(one.y - other.y) > size * 1.05
  );
}
