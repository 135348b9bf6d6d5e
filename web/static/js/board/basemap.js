/** What lies below the points of a map: the land, where its outline is available, and a grid of degrees. */

import { context2d } from "../lib/dom.js";
import { fetchLand } from "./land.js";

const MAX_LAND_SCALE = 130; // px a degree: beyond it the outline's error is wider than a finger
const GRID_EM = 6.5; // between lines: as wide as their labels

/** @typedef {{width: number, height: number}} Size CSS pixels */

export class Basemap {
  #canvas = document.createElement("canvas");
  /** @type {import("./land.js").Land | null} */
  #land = null;
  #drawnKey = "";

  /** @param {() => void} onLand called when the land was fetched */
  constructor(onLand) {
    fetchLand().then((land) => {
      this.#land = land;
      this.#drawnKey = "";
      onLand();
    });
  }

  /**
   * Draws the land and the grid. Keeps the result, as points arrive more often than the map moves.
   * @param {CanvasRenderingContext2D} context scaled to CSS pixels
   * @param {import("./globe.js").Globe} globe
   * @param {import("./colours.js").Colours} colours
   * @param {Size} size
   */
  draw(context, globe, colours, size) {
    const { width, height } = context.canvas;
    const corner = globe.placeAt({ x: 0, y: 0 });
    const key = JSON.stringify([width, height, corner, globe.scale, colours.variable("--land"), colours.font]);
    if (key !== this.#drawnKey) {
      this.#drawnKey = key;
      this.#canvas.width = width;
      this.#canvas.height = height;
      const own = context2d(this.#canvas);
      own.scale(width / size.width, height / size.height);
      own.font = context.font;
      this.#drawLand(own, globe, colours, size);
      drawGrid(own, globe, colours, size);
    }
    context.drawImage(this.#canvas, 0, 0, size.width, size.height);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {import("./globe.js").Globe} globe
   * @param {import("./colours.js").Colours} colours
   * @param {Size} size
   */
  #drawLand(context, globe, colours, { width, height }) {
    const land = globe.scale.y <= MAX_LAND_SCALE ? this.#land : null;
    const [top, bottom] = [90, -90].map((lat) => globe.pixelOf({ lat, lon: 0 }).y);
    context.fillStyle = colours.variable("--panel");
    context.fillRect(0, 0, width, height);
    context.fillStyle = colours.variable(land ? "--sea" : "--stage");
    context.fillRect(0, top, width, bottom - top);
    if (land) {
      context.fillStyle = colours.variable("--land");
      context.fill(land.pathOn(globe), "evenodd");
    }
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./globe.js").Globe} globe
 * @param {import("./colours.js").Colours} colours
 * @param {Size} size
 */
function drawGrid(context, globe, colours, { width, height }) {
  const { size } = colours.font;
  const { lats, lons } = globe.grid(size * GRID_EM);
  context.strokeStyle = colours.variable("--muted");
  context.fillStyle = colours.variable("--muted");
  context.beginPath();
  for (const { at } of lats) {
    context.moveTo(0, at);
    context.lineTo(width, at);
  }
  for (const { at } of lons) {
    context.moveTo(at, 0);
    context.lineTo(at, height);
  }
  context.globalAlpha = 0.3;
  context.stroke();
  context.globalAlpha = 1;
  // A label that would be cut off, or overlap another one, is left out.
  for (const { at, text } of lats) {
    if (at > 1.3 * size && at < height - 1.5 * size) {
      context.fillText(text, size * 0.4, at - size * 0.3);
    }
  }
  for (const { at, text } of lons) {
    if (at > 0 && at + size + context.measureText(text).width < width) {
      context.fillText(text, at + size * 0.3, height - size * 0.4);
    }
  }
}
