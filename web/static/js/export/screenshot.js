/** Makes a PNG of the picture as it is shown: with its overlay, its colour bar, and what it is. */

import { context2d } from "../lib/dom.js";
import { barTicks } from "../picture/colour-bar.js";
import { decodeImage } from "../picture/jpeg.js";
import { visiblePart } from "../picture/visible-part.js";
import { addTexts } from "./png-text.js";

const STYLES = ["fill", "stroke", "stroke-width", "font-size", "font-family", "paint-order", "display"];
const FONT_PX = 13;
const LINE_PX = 18;
const MARGIN_PX = 10;
const BAR_PX = 16;
const BAR_ROOM_PX = 110; // with its ticks
const MIN_WIDTH_PX = 320;
const TICK_PX = 48;

/**
 * @typedef {object} Bar
 * @property {Uint8Array} colours 256 times red, green and blue
 * @property {number} low @property {number} high
 * @property {string} scale
 * @property {string} unit
 *
 * @typedef {object} About
 * @property {string[]} lines below the picture
 * @property {Record<string, string>} texts in the file, by keyword
 * @property {Bar | null} bar null: a picture in colour
 */

/**
 * @param {HTMLElement} stage
 * @param {import("../picture/picture.js").Picture} picture
 * @param {About} about
 * @returns {Promise<Blob>}
 */
export async function takeScreenshot(stage, picture, { lines, texts, bar }) {
  const density = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = stage;
  const part = visiblePart(picture.placement, { width, height });
  const svg = stage.querySelector("svg");
  const overlay = svg && overlayImage(svg, width, height);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(Math.max(MIN_WIDTH_PX, part.width + (bar ? BAR_ROOM_PX : 0)) * density);
  canvas.height = Math.round((part.height + MARGIN_PX + LINE_PX * lines.length) * density);
  const context = context2d(canvas);
  const { fontFamily } = getComputedStyle(stage);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(density, density);
  context.font = `${FONT_PX}px ${fontFamily}`;
  if (bar) {
    drawBar(context, bar, part.width + MARGIN_PX, part.height);
  }
  context.fillStyle = "#000";
  lines.forEach((line, index) => context.fillText(line, MARGIN_PX / 2, part.height + LINE_PX * (index + 1)));
  context.beginPath();
  context.rect(0, 0, part.width, part.height);
  context.clip();
  context.translate(-part.left, -part.top);
  picture.drawInto(context); // before the first await: the overlay is of this frame and view
  if (overlay) {
    context.drawImage(await overlay, 0, 0, width, height);
  }
  const png = await new Promise((/** @type {(blob: Blob) => void} */ resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the browser cannot encode it"))), "image/png"),
  );
  return addTexts(png, texts);
}

/** @param {CanvasRenderingContext2D} context @param {Bar} bar @param {number} left @param {number} height */
function drawBar(context, { colours, low, high, scale, unit }, left, height) {
  const top = FONT_PX;
  const room = Math.max(1, height - 2 * top);
  for (let y = 0; y < room; y += 1) {
    const colour = 3 * Math.round(255 * (1 - (y + 0.5) / room));
    context.fillStyle = `rgb(${colours.subarray(colour, colour + 3).join(" ")})`;
    context.fillRect(left, top + y, BAR_PX, 1.5);
  }
  context.strokeStyle = "#6f7984";
  context.strokeRect(left, top, BAR_PX, room);
  context.fillStyle = "#000";
  for (const { at, text } of barTicks(low, high, scale, room / TICK_PX)) {
    context.fillText(`– ${text}`, left + BAR_PX + 2, top + room * (1 - at) + FONT_PX / 3);
  }
  context.save();
  context.translate(left + BAR_ROOM_PX - 2 * MARGIN_PX, height / 2);
  context.rotate(-Math.PI / 2);
  context.textAlign = "center";
  context.fillText(unit, 0, 0, room);
  context.restore();
}

/**
 * Return the overlay as an image, with the style sheet's values written into it.
 * @param {SVGSVGElement} svg
 * @param {number} width
 * @param {number} height
 */
async function overlayImage(svg, width, height) {
  const copy = /** @type {SVGSVGElement} */ (svg.cloneNode(true));
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  const copies = copy.querySelectorAll("*");
  svg.querySelectorAll("*").forEach((element, index) => {
    const style = getComputedStyle(element);
    for (const name of STYLES) {
      copies[index].setAttribute(name, style.getPropertyValue(name));
    }
  });
  return decodeImage(new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" }));
}
