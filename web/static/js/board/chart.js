/** A card that Chart.js draws. The one module that knows Chart.js. */

import "/lib/chart.js/chart.umd.min.js";

import { write } from "../lib/dom.js";
import { BadChart, chartConfig, customConfig } from "./chart-config.js";
import { Colours } from "./colours.js";
import { places } from "./line-columns.js";
import { countOffLogAxes } from "./log-axis.js";
import { requestRedraw } from "./draw-scheduler.js";

const { Chart } = /** @type {any} */ (globalThis);

export class ChartView {
  #place = document.createElement("div");
  #canvas = document.createElement("canvas");
  #words = document.createElement("p");
  #note = document.createElement("p");
  #chart = null;
  /** @type {import("./card-views.js").Shown | null} */
  #shown = null;
  #custom = null;
  #size = "";
  #resized;

  /** @param {HTMLElement} host @param {string} name */
  constructor(host, name) {
    this.#place.className = "chart";
    this.#canvas.setAttribute("role", "img");
    this.#canvas.setAttribute("aria-label", `Chart of ${name}`);
    this.#words.className = "cannot";
    this.#words.hidden = true;
    this.#note.className = "note";
    this.#note.hidden = true;
    this.#place.append(this.#canvas);
    host.append(this.#place, this.#note, this.#words);
    this.#resized = new ResizeObserver(() => requestRedraw(this.#place));
    this.#resized.observe(this.#place);
  }

  /** @param {import("./card-views.js").Shown} shown */
  show(shown) {
    this.#shown = shown;
    const { clientWidth: width, clientHeight: height } = this.#place;
    if (!width || !height) {
      return;
    }
    const value = shown.about.type === "custom" ? shown.list.at(-1)?.[0] ?? null : undefined;
    const size = `${width}x${height}`;
    if (value !== undefined && value === this.#custom && size === this.#size) {
      return; // the same as before
    }
    this.#custom = value;
    this.#size = size;
    try {
      const config = value === undefined ? this.#config(shown, width, height) : value && customConfig(value);
      const off = value && config ? countOffLogAxes(config) : 0;
      this.#tell(this.#note, off ? `${off === 1 ? "1 value" : `${off} values`} of 0 or less: no place on a logarithmic axis` : "");
      if (config) {
        this.#draw(config, this.#place.clientWidth, this.#place.clientHeight);
        this.#try(value !== undefined);
      } else {
        this.#end();
      }
      this.#say("");
    } catch (problem) {
      // Whatever a program configures, and Chart.js throws for it: only this card is at fault.
      this.#end();
      this.#say(problem instanceof BadChart ? problem.message : `Chart.js cannot draw this: ${problem.message}`);
    }
  }

  /** To be made anew: Chart.js keeps what it has read of colours. */
  restyle() {
    this.#end();
    this.#custom = null;
  }

  remove() {
    this.#resized.disconnect();
    this.#end();
  }

  get canvas() {
    return this.#chart ? this.#canvas : null;
  }

  get told() {
    const { list = [], about } = this.#shown ?? {};
    if (about?.type === "custom") {
      return "";
    }
    const { rows, labels } = places(list.slice(-20), about?.axis);
    return rows.flatMap((row, index) => (row ? [[labels[index], ...row.slice(1)].join(" ")] : [])).join("; ");
  }

  #config(shown, width, height) {
    const colours = new Colours(this.#place);
    const em = colours.font.size;
    return chartConfig(shown, colours, { widthEm: width / em, heightEm: height / em });
  }

  #draw(config, width, height) {
    if (this.#chart?.config.type !== config.type) {
      this.#end();
    }
    if (this.#chart) {
      if (this.#chart.width !== width || this.#chart.height !== height) {
        this.#chart.resize(width, height);
      }
      this.#chart.data = kept(this.#chart.data, config.data ?? { datasets: [] });
      this.#chart.options = config.options;
      this.#chart.update("none");
      return;
    }
    Chart.registry.getController(config.type); // throws where there is none
    dress(new Colours(this.#place));
    this.#canvas.width = width;
    this.#canvas.height = height;
    this.#chart = new Chart(this.#canvas, config);
    this.#chart.resize(width, height);
  }

  /** What Chart.js would only find out under the pointer, it finds out now. @param {boolean} isCustom */
  #try(isCustom) {
    const { tooltip } = this.#chart;
    if (isCustom && tooltip && this.#chart.getDatasetMeta(0).data?.length) {
      tooltip.setActiveElements([{ datasetIndex: 0, index: 0 }], { x: 0, y: 0 });
      tooltip.setActiveElements([], { x: 0, y: 0 });
    }
  }

  #end() {
    this.#chart = null;
    Chart.getChart(this.#canvas)?.destroy(); // also one that was made by half
  }

  #tell(element, text) {
    write(element, text);
    element.hidden = !text;
  }

  #say(text) {
    this.#tell(this.#words, text);
    this.#place.dataset.drawn = text ? "no" : "yes"; // it keeps its size
  }
}

/** Takes over the style sheet's colours and sizes. @param {Colours} colours */
function dress(colours) {
  const { defaults } = Chart;
  const grid = colours.of("--grid");
  const { size } = colours.font;
  defaults.color = colours.of("--muted");
  Object.assign(defaults.font, colours.font);
  defaults.scale.grid.color = grid;
  defaults.scales.radialLinear.angleLines.color = grid;
  defaults.scales.radialLinear.pointLabels.font = { size };
  Object.assign(defaults.plugins.legend.labels, { boxWidth: size, boxHeight: size * 0.7, padding: size * 0.6 });
}

/** New numbers in the same sets, so that Chart.js goes on with what it knows of them. */
function kept(before, now) {
  const datasets = now.datasets ?? [];
  return { ...now, datasets: datasets.map((set, index) => Object.assign(before.datasets[index] ?? {}, set)) };
}
