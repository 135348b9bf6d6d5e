/** What lies below the points of a map: the land where it is known, and a grid of degrees. */

import { land } from "./land.js";
import { inSight } from "./topojson.js";

const FINE = 130; // px a degree: nearer the outline is further from the shore than a finger is wide
const APART_EM = 6.5; // of the grid's lines: as wide as what stands at them
const EDGE_PX = 2; // of what is cut off at the edge nothing is to be seen

export class Basemap {
  #canvas = document.createElement("canvas");
  /** @type {import("./topojson.js").Ring[]} */
  #rings = [];
  #drawn = "";

  /** @param {() => void} changed the land has come */
  constructor(changed) {
    land().then((rings) => {
      this.#rings = rings;
      this.#drawn = "";
      changed();
    });
  }

  /**
   * Keeps what it has drawn, as points come more often than the earth moves.
   * @param {CanvasRenderingContext2D} context scaled to CSS pixels
   * @param {import("./globe.js").Globe} globe
   * @param {import("./colours.js").Colours} colours
   * @param {{width: number, height: number}} size CSS pixels
   */
  draw(context, globe, colours, size) {
    const { width, height } = context.canvas;
    const corner = globe.placeAt({ x: 0, y: 0 });
    const drawn = JSON.stringify([width, height, corner, globe.scale, colours.of("--land"), colours.font]);
    if (drawn !== this.#drawn) {
      this.#drawn = drawn;
      this.#canvas.width = width;
      this.#canvas.height = height;
      const own = this.#canvas.getContext("2d");
      own.scale(width / size.width, height / size.height);
      own.font = context.font;
      this.#drawEarth(own, globe, colours, size);
      drawGrid(own, globe, colours, size);
    }
    context.drawImage(this.#canvas, 0, 0, size.width, size.height);
  }

  #drawEarth(context, globe, colours, { width, height }) {
    const hasLand = this.#rings.length > 0 && globe.scale.y <= FINE;
    const [top, bottom] = [90, -90].map((lat) => globe.pixelOf({ lat, lon: 0 }).y);
    context.fillStyle = colours.of("--panel");
    context.fillRect(0, 0, width, height);
    context.fillStyle = colours.of(hasLand ? "--sea" : "--stage");
    context.fillRect(0, top, width, bottom - top);
    if (!hasLand) {
      return;
    }
    const { scale } = globe;
    const { lon: west, lat: north } = globe.placeAt({ x: -EDGE_PX, y: -EDGE_PX });
    const { lon: east, lat: south } = globe.placeAt({ x: width + EDGE_PX, y: height + EDGE_PX });
    context.beginPath();
    for (const ring of inSight(this.#rings, { west, east, south, north })) {
      ring.forEach(([lon, lat], index) => {
        const x = (lon - west) * scale.x - EDGE_PX;
        const y = (north - lat) * scale.y - EDGE_PX;
        index === 0 ? context.moveTo(x, y) : context.lineTo(x, y);
      });
      context.closePath();
    }
    context.fillStyle = colours.of("--land");
    context.fill("evenodd");
  }
}

function drawGrid(context, globe, colours, { width, height }) {
  const { size } = colours.font;
  const { lats, lons } = globe.grid(size * APART_EM);
  context.strokeStyle = colours.of("--muted");
  context.fillStyle = colours.of("--muted");
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
  // Where a text would be cut off, or lie on another one, there is none.
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
