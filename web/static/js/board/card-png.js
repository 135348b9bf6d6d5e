/** A card as a PNG file: its name, its legend and its view. */

import { context2d, select } from "../lib/dom.js";
import { Colours } from "./colours.js";

/**
 * @param {import("./card-box.js").CardBox} box
 * @returns {Promise<Blob | null>} null: nothing is drawn
 */
export async function cardPng(box) {
  const view = box.view?.canvas;
  if (!view?.width) {
    return null;
  }
  const colours = new Colours(box.element);
  const { size, family } = colours.font;
  const density = window.devicePixelRatio || 1;
  const lineHeight = size * 1.6;
  const entries = [...box.element.querySelectorAll(".legend li")];
  const headHeight = lineHeight * (entries.length ? 2 : 1) + size;
  const canvas = document.createElement("canvas");
  canvas.width = view.width + 2 * size * density;
  canvas.height = view.height + (headHeight + size) * density;
  const context = context2d(canvas);
  context.fillStyle = colours.variable("--panel");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(density, density);
  context.fillStyle = colours.variable("--ink");
  context.font = `600 ${size}px ${family}`;
  context.fillText(box.name, size, lineHeight);
  context.font = `${size * 0.9}px ${family}`;
  let x = size;
  for (const entry of entries) {
    context.fillStyle = select(entry, "i", HTMLElement).style.background;
    context.fillRect(x, 2 * lineHeight - size * 0.7, size * 0.7, size * 0.7);
    context.fillStyle = colours.variable("--ink");
    const text = [...entry.querySelectorAll("span")].map((span) => span.textContent).filter(Boolean).join(" ");
    context.fillText(text, x + size, 2 * lineHeight);
    x += context.measureText(text).width + 2 * size;
  }
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.drawImage(view, size * density, headHeight * density);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
