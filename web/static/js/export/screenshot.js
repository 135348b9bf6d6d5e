/** The stage as a PNG: the picture as it is seen, with what lies over it. */

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
  const lines = drawnLines(stage.querySelector("svg"), width, height);
  const canvas = document.createElement("canvas");
  canvas.width = width * density;
  canvas.height = height * density;
  const context = canvas.getContext("2d");
  context.fillStyle = getComputedStyle(stage.parentElement).backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(density, density);
  picture.drawInto(context); // before anything is waited for: the lines are of this frame and view
  context.drawImage(await lines, 0, 0, width, height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** The lines over the picture, with the style sheet's words written into them. */
async function drawnLines(/** @type {SVGSVGElement} */ svg, width, height) {
  const copy = /** @type {SVGSVGElement} */ (svg.cloneNode(true));
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  const copies = copy.querySelectorAll("*");
  svg.querySelectorAll("*").forEach((element, index) => {
    const style = getComputedStyle(element);
    for (const name of STYLES) {
      copies[index].setAttribute(name, style.getPropertyValue(name));
    }
  });
  return decodeImage(new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" }));
}
