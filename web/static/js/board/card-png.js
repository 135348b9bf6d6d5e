/** A card as a PNG: its name, its legend, and what is drawn. */

import { Colours } from "./colours.js";

/**
 * @param {import("./card-box.js").CardBox} box
 * @returns {Promise<Blob | null>} null: nothing is drawn
 */
export async function cardPng(box) {
  const drawn = box.view?.canvas;
  if (!drawn?.width) {
    return null;
  }
  const colours = new Colours(box.element);
  const { size, family } = colours.font;
  const density = window.devicePixelRatio || 1;
  const line = size * 1.6;
  const entries = [...box.element.querySelectorAll(".legend li")];
  const head = line * (entries.length ? 2 : 1) + size;
  const canvas = document.createElement("canvas");
  canvas.width = drawn.width + 2 * size * density;
  canvas.height = drawn.height + (head + size) * density;
  const context = canvas.getContext("2d");
  context.fillStyle = colours.of("--panel");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(density, density);
  context.fillStyle = colours.of("--ink");
  context.font = `600 ${size}px ${family}`;
  context.fillText(box.name, size, line);
  context.font = `${size * 0.9}px ${family}`;
  let x = size;
  for (const entry of entries) {
    context.fillStyle = entry.querySelector("i").style.background;
    context.fillRect(x, 2 * line - size * 0.7, size * 0.7, size * 0.7);
    context.fillStyle = colours.of("--ink");
    const text = [...entry.querySelectorAll("span")].map((span) => span.textContent).filter(Boolean).join(" ");
    context.fillText(text, x + size, 2 * line);
    x += context.measureText(text).width + 2 * size;
  }
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.drawImage(drawn, size * density, head * density);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
