/** The parts of a browser that picture.js uses: canvases with pixels, a stage, bitmaps. */

class FakeContext {
  constructor(canvas) {
    this.canvas = canvas;
  }

  /** Nearest samples, as the page uses it without smoothing. */
  drawImage(source, ...numbers) {
    const whole = [0, 0, source.width, source.height];
    const [sx, sy, sw, sh, dx, dy, dw, dh] =
      numbers.length === 8 ? numbers : [...whole, ...numbers, source.width, source.height].slice(0, 8);
    const { width, height } = this.canvas;
    for (let y = Math.max(0, dy); y < Math.min(height, dy + dh); y += 1) {
      for (let x = Math.max(0, dx); x < Math.min(width, dx + dw); x += 1) {
        const column = Math.floor(sx + ((x - dx + 0.5) * sw) / dw);
        const row = Math.floor(sy + ((y - dy + 0.5) * sh) / dh);
        const from = 4 * (row * source.width + column);
        this.canvas.rgba.set(source.rgba.subarray(from, from + 4), 4 * (y * width + x));
      }
    }
  }

  putImageData({ width, height, data }) {
    this.drawImage({ width, height, rgba: data }, 0, 0);
  }

  getImageData(x, y, width, height) {
    const part = new FakeCanvas(width, height);
    part.getContext().drawImage(this.canvas, x, y, width, height, 0, 0, width, height);
    return { width, height, data: part.rgba };
  }
}

export class FakeCanvas {
  style = {};
  classes = new Set();
  classList = { toggle: (name, on) => (on ? this.classes.add(name) : this.classes.delete(name)) };
  #size;

  constructor(width = 1, height = 1) {
    this.#size = { width, height };
    this.#clear();
  }

  get width() {
    return this.#size.width;
  }

  set width(width) {
    this.#size.width = width;
    this.#clear();
  }

  get height() {
    return this.#size.height;
  }

  set height(height) {
    this.#size.height = height;
    this.#clear();
  }

  getContext() {
    return new FakeContext(this);
  }

  #clear() {
    this.rgba = new Uint8ClampedArray(4 * this.width * this.height);
  }
}

/** @param {{width: number, height: number}} size CSS pixels */
export function fakeStage({ width, height }) {
  const classes = new Set();
  return {
    clientWidth: width,
    clientHeight: height,
    classes,
    classList: { toggle: (name, on) => (on ? classes.add(name) : classes.delete(name)) },
    style: { setProperty() {} },
    /** called when its size changes; set by the ResizeObserver */
    resized() {},
  };
}

/** A grey picture. @param {(x: number, y: number) => number} levelOf 0 to 255 */
export function fakeBitmap(width, height, levelOf) {
  const rgba = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let index = 0; index < width * height; index += 1) {
    rgba.fill(levelOf(index % width, Math.floor(index / width)), 4 * index, 4 * index + 3);
  }
  return { width, height, rgba, close() {} };
}

Object.assign(globalThis, {
  window: { devicePixelRatio: 1 },
  document: { createElement: () => new FakeCanvas() },
  ImageData: class {
    constructor(width, height) {
      Object.assign(this, { width, height, data: new Uint8ClampedArray(4 * width * height) });
    }
  },
  ResizeObserver: class {
    constructor(resized) {
      this.resized = resized;
    }

    observe(stage) {
      stage.resized = this.resized;
    }
  },
});
