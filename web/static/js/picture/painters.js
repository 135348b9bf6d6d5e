/** Draws the picture's levels in their colours: with WebGL 2 where a graphics card does it, else on a 2D canvas. */

import { CanvasPainter } from "./canvas2d.js";
import { WebglPainter, hasGraphicsCard } from "./webgl.js";

/**
 * While WebGL's context is lost, as after the driver was restarted, the picture is drawn on a 2D canvas of its own:
 * a canvas that had a WebGL context can have no other.
 */
export class LevelsPainter {
  #canvas;
  #painter;
  /** @type {{canvas: HTMLCanvasElement, painter: CanvasPainter} | null} in use while WebGL's context is lost */
  #substitute = null;
  #onChange;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {string} renderer "2d" draws without WebGL, "webgl" with it even where software does it
   * @param {() => void} onChange called when the visible canvas changed and the picture has to be drawn again
   */
  constructor(canvas, renderer, onChange) {
    this.#canvas = canvas;
    this.#onChange = onChange;
    const useWebgl = renderer === "webgl" || (renderer !== "2d" && hasGraphicsCard());
    const gl = useWebgl && canvas.getContext("webgl2", { alpha: false, antialias: false, depth: false });
    this.#painter = gl
      ? new WebglPainter(canvas, gl, { onLost: () => this.#useSubstitute(), onRestored: () => this.#endSubstitute() })
      : new CanvasPainter(canvas);
  }

  /** The canvas that has the picture. */
  get canvas() {
    return this.#substitute?.canvas ?? this.#canvas;
  }

  /**
   * @param {import("./pixel-readback.js").Bitmap} bitmap
   * @param {Uint8Array} table of `transferTable`
   * @param {boolean} isColour whether the picture's channels differ
   */
  draw(bitmap, table, isColour) {
    for (const canvas of new Set([this.#canvas, this.canvas])) {
      if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
        canvas.width = bitmap.width;
        canvas.height = bitmap.height;
      }
    }
    (this.#substitute?.painter ?? this.#painter).draw(bitmap, table, isColour);
  }

  #useSubstitute() {
    if (!this.#substitute) {
      const canvas = document.createElement("canvas");
      canvas.className = "substitute";
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", this.#canvas.getAttribute("aria-label") ?? "Picture");
      this.#canvas.after(canvas);
      this.#substitute = { canvas, painter: new CanvasPainter(canvas) };
    }
    this.#onChange();
  }

  #endSubstitute() {
    this.#substitute?.canvas.remove();
    this.#substitute = null;
    this.#onChange();
  }
}
