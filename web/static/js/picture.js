/**
 * The picture on the page: decodes off the main thread and draws the image at its own size; the
 * style sheet's scaling does the rest. What draws is one method, so that another may take its place.
 * Place and look follow from the camera's size, so that another rendition moves nothing.
 */

import { fitted } from "./fit.js";

/** @typedef {import("./rendition.js").Size} Size */

export class Picture {
  #stage;
  #canvas;
  #context;
  /** @type {Size} */
  #camera = { width: 0, height: 0 };

  /** @param {HTMLElement} stage the place @param {HTMLCanvasElement} canvas in it */
  constructor(stage, canvas) {
    this.#stage = stage;
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false });
    new ResizeObserver(() => this.#place()).observe(stage);
  }

  /**
   * @param {Uint8Array} bytes the encoded image
   * @param {string} format as the envelope names it
   * @returns {Promise<ImageBitmap | HTMLImageElement>}
   * @throws when the bytes are no image
   */
  decoded(bytes, format) {
    return decoded(new Blob([bytes], { type: `image/${format}` }));
  }

  /**
   * Shows one image.
   * @param {ImageBitmap | HTMLImageElement} bitmap
   * @param {Size} camera the size of the whole picture in the camera's pixels
   */
  show(bitmap, camera) {
    this.#resize(bitmap, camera);
    this.#draw(bitmap);
  }

  /**
   * The size in device pixels in which the whole picture is drawn, or would be; null: there is no place.
   * @param {Size | null} camera
   * @returns {Size | null}
   */
  drawnSize(camera) {
    const fit = camera && this.#fit(camera);
    const density = window.devicePixelRatio || 1;
    return fit && { width: fit.width * density, height: fit.height * density };
  }

  #draw(bitmap) {
    this.#context.drawImage(bitmap, 0, 0);
  }

  #resize(bitmap, camera) {
    const canvas = this.#canvas;
    if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
    }
    if (camera.width !== this.#camera.width || camera.height !== this.#camera.height) {
      this.#camera = camera;
      this.#stage.style.setProperty("--ratio", `${camera.width} / ${camera.height}`);
      this.#place();
    }
  }

  #place() {
    const fit = this.#fit(this.#camera);
    if (!fit) {
      return;
    }
    const style = this.#canvas.style;
    style.width = `${fit.width}px`;
    style.height = `${fit.height}px`;
    style.left = `${fit.left}px`;
    style.top = `${fit.top}px`;
    this.#canvas.classList.toggle("pixelated", fit.pixelated);
  }

  #fit(camera) {
    const place = { width: this.#stage.clientWidth, height: this.#stage.clientHeight };
    return camera.width && place.width && place.height
      ? fitted(place, camera, window.devicePixelRatio || 1)
      : null;
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
