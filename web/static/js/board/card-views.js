/** The view of each type of card. */

import { loadPlots } from "../plots/plot.js";
import { lazyView } from "./lazy-view.js";
import { LineChartView } from "./line-chart.js";
import { MapView } from "./map.js";
import { MessageView } from "./message-view.js";
import { StreamCardView } from "./stream-card.js";
import { TextLogView } from "./text-log.js";

/**
 * @typedef {object} Content what a card shows
 * @property {import("./cards.js").About} about
 * @property {(import("./card-rows.js").Row | undefined)[]} list rows; undefined: one that was missed
 * @property {number} first the number of the first row
 * @property {number} t when the card changed last, Unix s on the server's clock
 *
 * @typedef {object} View draws a card's content into its host
 * @property {(content: Content) => void} show
 * @property {() => void} restyle the style sheet's colours changed; `show` follows
 * @property {() => void} remove
 * @property {(isVisible: boolean) => void} [setVisible] whether the card is in sight, for views that need to know
 * @property {(isPaused: boolean) => void} [setPaused] for views whose content changes without `show`
 * @property {{ageS: number | null, isOld: boolean} | null} [freshness] of what it shows, where that does not come
 *   with the card
 * @property {boolean} [isLoading] whether its code is on its way, so that nothing is drawn yet
 * @property {HTMLCanvasElement | null} canvas what is drawn, for a file
 * @property {string} [summary] the same as text, where the page has it nowhere else
 *
 * @typedef {new (host: HTMLElement, name: string, type: string) => View} ViewClass `name` of the card, for
 *   screen readers
 */

const ChartView = lazyView(async () => (await import("./chart.js")).ChartView); // with Chart.js, half of the page
const LineView = lazyView(async () => (await loadPlots(), LineChartView)); // so that its first drawing is measured

/** @type {Record<string, ViewClass>} */
const VIEWS = {
  line: LineView,
  bar: ChartView,
  horizontalBar: ChartView,
  pie: ChartView,
  doughnut: ChartView,
  radar: ChartView,
  polarArea: ChartView,
  bubble: ChartView,
  scatter: ChartView,
  custom: ChartView,
  text: TextLogView,
  map: MapView,
  image: StreamCardView,
  heatmap: StreamCardView,
  video: StreamCardView,
};

/** @param {string} type @param {HTMLElement} host empty @param {string} name of the card @returns {View} */
export function createView(type, host, name) {
  if (Object.hasOwn(VIEWS, type)) {
    return new VIEWS[type](host, name, type);
  }
  const message = `This page cannot show cards of type “${type}”. Reload it: it may be older than the server.`;
  return new MessageView(host, message, null);
}
