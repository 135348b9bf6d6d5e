/**
 * One uPlot chart in an element, in the style sheet's colours and sizes. The only module that imports uPlot, which the
 * first picture does not wait for.
 */

import { formatTicks } from "./series.js";

const NOT_LOADED = "The code that draws plots could not be loaded. Reload the page: the server may have been updated.";
const TICK_EM = 0.6; // width of a digit
/** uPlot listens to the mouse only. */
const MOUSE_EVENTS = {
  pointerdown: "mousedown",
  pointermove: "mousemove",
  pointerup: "mouseup",
  pointercancel: "mouseup",
};

/** @import uPlot from "/lib/uplot/uPlot.esm.js" */

/** @type {typeof uPlot | null} */
let UPlot = null;
/** @type {Promise<void> | null} */
let loading = null;

/**
 * @typedef {object} Style
 * @property {number} em the element's font size, px
 * @property {(name: string) => string} colour value of a custom property of the style sheet
 * @property {uPlot.Axis[]} axes x and y
 *
 * @typedef {Omit<uPlot.Options, "width" | "height">} PlotOptions
 * @typedef {uPlot.AlignedData} Data x values, then the y values of each series
 * @typedef {uPlot} Chart
 */

export class Plot {
  #host;
  #options;
  #resizeObserver;
  /** @type {uPlot | null} */
  #plot = null;
  /** @type {Data | null} */
  #data = null;
  #isWaiting = false; // for uPlot

  /**
   * @param {HTMLElement} host
   * @param {(style: Style) => PlotOptions} options
   */
  constructor(host, options) {
    this.#host = host;
    this.#options = options;
    this.#resizeObserver = new ResizeObserver(() => this.#resize());
    this.#resizeObserver.observe(host);
  }

  /**
   * @param {Data} data
   * @param {boolean} hasNewOptions whether the options have changed, so that the chart is created again
   * @param {boolean} hasNewAxes whether the axes have changed though their scales have not
   */
  show(data, hasNewOptions = false, hasNewAxes = false) {
    this.#data = data;
    if (this.#plot && !hasNewOptions) {
      this.#plot.setData(data);
      if (hasNewAxes) {
        this.#plot.redraw(true, true);
      }
    } else {
      this.restyle();
    }
  }

  /** Create the chart again with the present style sheet and options. */
  restyle() {
    this.#plot?.destroy();
    this.#plot = null;
    const { clientWidth: width, clientHeight: height } = this.#host;
    if (!this.#data || !width || !height) {
      return;
    }
    if (!UPlot) {
      this.#awaitUPlot();
      return;
    }
    const options = { width, height, ...this.#options(this.#style(height)) };
    this.#plot = new UPlot(options, this.#data, this.#host);
    forwardTouches(this.#plot.over);
  }

  #awaitUPlot() {
    if (!this.#isWaiting) {
      this.#isWaiting = true;
      loadPlots().then(
        () => this.restyle(),
        () => (this.#host.textContent = NOT_LOADED),
      );
    }
  }

  remove() {
    this.#resizeObserver.disconnect();
    this.#plot?.destroy();
    this.#data = null;
  }

  /** The index of the point under the cursor. @returns {number | null} */
  get cursorIndex() {
    return this.#plot?.cursor.idx ?? null;
  }

  /** @returns {HTMLCanvasElement | null} */
  get canvas() {
    return this.#plot?.ctx.canvas ?? null;
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.#host;
    if (this.#plot && width && height) {
      this.#plot.setSize({ width, height });
    } else {
      this.restyle();
    }
  }

  /** @param {number} height @returns {Style} */
  #style(height) {
    const style = getComputedStyle(this.#host);
    const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
    const em = Math.round(parseFloat(style.fontSize)); // uPlot scales whole pixels only
    /** @type {uPlot.Axis} */
    const axis = {
      stroke: colour("--muted"),
      font: `${em}px ${style.fontFamily}`,
      grid: { stroke: colour("--grid"), width: 1 },
      ticks: { show: false },
      gap: Math.round(em * 0.4),
      values: (_plot, splits, _axis, _space, step) => formatTicks(splits, step),
    };
    /** @type {uPlot.Axis.Size} */
    const size = (_plot, texts) => Math.round(em * Math.max(4.2, widestEm(texts)));
    const axes = [
      { ...axis, size: Math.round(em * 1.9), space: em * 5 },
      { ...axis, size, space: Math.max(em * 1.9, height / 8) },
    ];
    return { em, colour, axes };
  }
}

/** Load uPlot, if it is not there. */
export function loadPlots() {
  loading ??= import("/lib/uplot/uPlot.esm.js").then(
    (library) => {
      UPlot = library.default;
    },
    (error) => {
      loading = null; // to be tried again
      throw error;
    },
  );
  return loading;
}

/** The estimated width of the widest tick text and its gap, in em. @param {string[] | null} texts */
function widestEm(texts) {
  return TICK_EM * Math.max(0, ...(texts ?? []).map((text) => text.length)) + 0.8;
}

/**
 * Return the options that all plots share.
 * @param {Style} style
 * @returns {Omit<PlotOptions, "series">}
 */
export function commonOptions({ em, axes }) {
  // room for the read-out, and for half of the last tick text below
  return { padding: [Math.round(em * 1.8), 2 * em, 0, 0], legend: { show: false }, axes };
}

/** Return the line style of a curve. @param {Style} style */
export function curveStroke({ em, colour }) {
  return { stroke: colour("--curve"), width: Math.max(1, em / 9) };
}

/**
 * Forward touches to a plot as mouse events. Moves along the plot belong to it, moves across it scroll the page
 * (touch-action in panels.css).
 * @param {HTMLElement} over uPlot's element that takes the mouse
 */
function forwardTouches(over) {
  let lastX = 0;
  for (const [pointerEvent, mouseEvent] of Object.entries(MOUSE_EVENTS)) {
    over.addEventListener(pointerEvent, (event) => {
      const { pointerType, isPrimary, clientX, clientY } = /** @type {PointerEvent} */ (event);
      if (pointerType === "touch" && isPrimary) {
        const movementX = clientX - lastX; // uPlot ignores moves by nothing
        lastX = clientX;
        over.dispatchEvent(new MouseEvent(mouseEvent, { clientX, clientY, movementX, bubbles: true }));
      }
    });
  }
}
