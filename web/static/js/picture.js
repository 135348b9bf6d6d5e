/**
 * The picture on the page: decodes off the main thread and draws the image at its own size; the
 * style sheet's scaling does the rest. What draws is one method, so that another may take its place.
 */

import { fitted } from "./fit.js";

export class Picture {
  #stage;
  #canvas;
  #context;
  #image = { width: 0, height: 0 };

  /** @param {HTMLElement} stage the place @param {HTMLCanvasElement} canvas in it */
  constructor(stage, canvas) {
    this.#stage = stage;
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false });
    new ResizeObserver(() => this.#place()).observe(stage);
  }

  /**
   * Shows one image.
   * @param {Uint8Array} bytes the encoded image
   * @param {string} format as the envelope names it
   * @throws when the bytes are no image
   */
  async show(bytes, format) {
    const bitmap = await decoded(new Blob([bytes], { type: `image/${format}` }));
    this.#resize(bitmap.width, bitmap.height);
    this.#draw(bitmap);
    bitmap.close?.();
  }

  #draw(bitmap) {
    this.#context.drawImage(bitmap, 0, 0);
  }

  #resize(width, height) {
    if (width === this.#image.width && height === this.#image.height) {
      return;
    }
    this.#image = { width, height };
    this.#canvas.width = width;
    this.#canvas.height = height;
    this.#stage.style.setProperty("--ratio", `${width} / ${height}`);
    this.#place();
  }

  #place() {
    const place = { width: this.#stage.clientWidth, height: this.#stage.clientHeight };
    if (!this.#image.width || !place.width || !place.height) {
      return;
    }
    const fit = fitted(place, this.#image, window.devicePixelRatio || 1);
    const style = this.#canvas.style;
    style.width = `${fit.width}px`;
    style.height = `${fit.height}px`;
    style.left = `${fit.left}px`;
    style.top = `${fit.top}px`;
    this.#canvas.classList.toggle("pixelated", fit.pixelated);
  }
}

async function decoded(blob) {
  if (typeof createImageBitmap === "function") {
    return createImageBitmap(blob);
  }
  const image = new Image();
  const address = URL.createObjectURL(blob);
  try {
    image.src = address;
    await image.decode();
    return image;
  } finally {
    URL.revokeObjectURL(address);
  }
}
