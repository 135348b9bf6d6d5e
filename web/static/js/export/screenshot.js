/** Takes a screenshot of the stage as a PNG: the picture as displayed, with the overlay. */

import { context2d } from "../lib/dom.js";
import { decodeImage } from "../picture/jpeg.js";

const STYLES = ["fill", "stroke", "stroke-width", "font-size", "font-family", "paint-order", "display"];

/**
 * @param {HTMLElement} stage
 * @param {import("../picture/picture.js").Picture} picture
 * @returns {Promise<Blob>}
 */
export async function takeScreenshot(stage, picture) {
  const density = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = stage;
  const svg = stage.querySelector("svg");
  const overlay = svg && overlayImage(svg, width, height);
  const canvas = document.createElement("canvas");
  canvas.width = width * density;
  canvas.height = height * density;
  const context = context2d(canvas);
  context.fillStyle = getComputedStyle(stage.parentElement ?? stage).backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(density, density);
  picture.drawInto(context); // before the first await: the overlay is of this frame and view
  if (overlay) {
    context.drawImage(await overlay, 0, 0, width, height);
  }
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the browser cannot encode it"))), "image/png"),
  );
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
