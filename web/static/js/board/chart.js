/** The view of a card that Chart.js draws. The only module that uses Chart.js. */

import "/lib/chart.js/chart.umd.min.js";

import { write } from "../lib/dom.js";
import { BadChart, chartConfig, customConfig } from "./chart-config.js";
import { Colours } from "./colours.js";
import { labelledRows } from "./line-columns.js";
import { countOffLogAxes } from "./log-axis.js";
import { requestRedraw } from "./draw-scheduler.js";

const { Chart } = /** @type {any} */ (globalThis); // the file sets a global name, and has no types
const MAX_SUMMARY_ROWS = 20;

export class ChartView {
  #place = document.createElement("div");
  #canvas = document.createElement("canvas");
  #message = document.createElement("p");
  #note = document.createElement("p");
  /** @type {any} Chart.js' */
  #chart = null;
  /** @type {import("./card-views.js").Content | null} */
  #content = null;
  /** @type {unknown} the configuration that a custom card shows */
  #custom = null;
  #size = "";
  #resizeObserver = new ResizeObserver(() => requestRedraw(this.#place));

  /** @param {HTMLElement} host @param {string} name of the card */
  constructor(host, name) {
    this.#place.className = "chart";
    this.#canvas.setAttribute("role", "img");
    this.#canvas.setAttribute("aria-label", `Chart of ${name}`);
    this.#message.className = "cannot";
    this.#message.hidden = true;
    this.#note.className = "note";
    this.#note.hidden = true;
    this.#place.append(this.#canvas);
    host.append(this.#place, this.#note, this.#message);
    this.#resizeObserver.observe(this.#place);
  }

  /** @param {import("./card-views.js").Content} content */
  show(content) {
    this.#content = content;
    const { clientWidth: width, clientHeight: height } = this.#place;
    if (!width || !height) {
      return;
    }
    const value = content.about.type === "custom" ? content.list.at(-1)?.[0] ?? null : undefined;
    const size = `${width}x${height}`;
    if (value !== undefined && value === this.#custom && size === this.#size) {
      return; // nothing changed
    }
    this.#custom = value;
    this.#size = size;
    try {
      const config = value === undefined ? this.#config(content, width, height) : value && customConfig(value);
      const off = value && config ? countOffLogAxes(config) : 0;
      const values = off === 1 ? "1 value of 0 or less is" : `${off} values of 0 or less are`;
      writeOrHide(this.#note, off ? `${values} not shown: the axis is logarithmic` : "");
      if (config) {
        this.#draw(config, this.#place.clientWidth, this.#place.clientHeight);
        this.#tryTooltip(value !== undefined);
      } else {
        this.#destroy();
      }
      this.#showMessage("");
    } catch (error) {
      // Programs may push a configuration that Chart.js throws for: only this card fails.
      this.#destroy();
      const message = error instanceof Error ? error.message : String(error);
      this.#showMessage(error instanceof BadChart ? message : `Chart.js cannot draw this: ${message}`);
    }
  }

  /** Chart.js keeps the colours that it has read, so the chart is created again. */
  restyle() {
    this.#destroy();
    this.#custom = null;
  }

  remove() {
    this.#resizeObserver.disconnect();
    this.#destroy();
  }

  get canvas() {
    return this.#chart ? this.#canvas : null;
  }

  get summary() {
    const { list = [], about } = this.#content ?? {};
    if (about?.type === "custom") {
      return "";
    }
    const { rows, labels } = labelledRows(list.slice(-MAX_SUMMARY_ROWS), about?.axis);
    return rows.flatMap((row, index) => (row ? [[labels[index], ...row.slice(1)].join(" ")] : [])).join("; ");
  }

  /** @param {import("./card-views.js").Content} content @param {number} width @param {number} height px */
  #config(content, width, height) {
    const colours = new Colours(this.#place);
    const em = colours.font.size;
    return chartConfig(content, colours, { widthEm: width / em, heightEm: height / em });
  }

  /** @param {import("./chart-config.js").Config} config @param {number} width @param {number} height px */
  #draw(config, width, height) {
    if (this.#chart?.config.type !== config.type) {
      this.#destroy();
    }
    if (this.#chart) {
      if (this.#chart.width !== width || this.#chart.height !== height) {
        this.#chart.resize(width, height);
      }
      this.#chart.data = mergeData(this.#chart.data, config.data ?? { datasets: [] });
      this.#chart.options = config.options;
      this.#chart.update("none");
      return;
    }
    Chart.registry.getController(config.type); // throws where there is none
    setDefaults(new Colours(this.#place));
    this.#canvas.width = width;
    this.#canvas.height = height;
    this.#chart = new Chart(this.#canvas, config);
    this.#chart.resize(width, height);
  }

  /**
   * Opens and closes a tooltip, so that options for which it throws are found now.
   * @param {boolean} isCustom
   */
  #tryTooltip(isCustom) {
    const { tooltip } = this.#chart;
    if (isCustom && tooltip && this.#chart.getDatasetMeta(0).data?.length) {
      tooltip.setActiveElements([{ datasetIndex: 0, index: 0 }], { x: 0, y: 0 });
      tooltip.setActiveElements([], { x: 0, y: 0 });
    }
  }

  #destroy() {
    this.#chart = null;
    Chart.getChart(this.#canvas)?.destroy(); // also one whose constructor threw
  }

  /** @param {string} text */
  #showMessage(text) {
    writeOrHide(this.#message, text);
    this.#place.dataset.drawn = text ? "no" : "yes"; // it keeps its size
  }
}

/** @param {HTMLElement} element @param {string} text empty: the element is hidden */
function writeOrHide(element, text) {
  write(element, text);
  element.hidden = !text;
}

/** Sets the style sheet's colours and sizes as defaults of Chart.js. @param {Colours} colours */
function setDefaults(colours) {
  const { defaults } = Chart;
  const grid = colours.variable("--grid");
  const { size } = colours.font;
  defaults.color = colours.variable("--muted");
  Object.assign(defaults.font, colours.font);
  defaults.scale.grid.color = grid;
  defaults.scales.radialLinear.angleLines.color = grid;
  defaults.scales.radialLinear.pointLabels.font = { size };
  Object.assign(defaults.plugins.legend.labels, { boxWidth: size, boxHeight: size * 0.7, padding: size * 0.6 });
}

/**
 * Puts new data into the dataset objects that Chart.js has, so that it keeps their elements.
 * @param {{datasets: object[]}} before
 * @param {{datasets?: object[]}} now
 */
function mergeData(before, now) {
  const datasets = now.datasets ?? [];
  return { ...now, datasets: datasets.map((set, index) => Object.assign(before.datasets[index] ?? {}, set)) };
}
