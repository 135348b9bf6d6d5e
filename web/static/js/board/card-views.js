/** Which view shows which type of card. */

import { ChartView } from "./chart.js";
import { LineChartView } from "./line-chart.js";
import { TextLogView } from "./text-log.js";
import { MapView } from "./map.js";
import { StreamCardView } from "./stream-card.js";
import { UnknownView } from "./unknown.js";

/**
 * @typedef {object} Shown
 * @property {import("./cards.js").About} about
 * @property {(any[] | undefined)[]} list rows; undefined: one that was missed
 * @property {number} first the number of the first
 * @property {number} t when the card had changed last, Unix s on the server's clock
 *
 * @typedef {object} View draws a card's rows into its host
 * @property {(shown: Shown) => void} show
 * @property {() => void} restyle the style sheet's colours are others; `show` follows
 * @property {() => void} remove
 * @property {(seen: boolean) => void} [setSeen] whether anybody can see it, where that matters beside `show`
 * @property {(paused: boolean) => void} [setPaused] whether what is seen is held, where that is not in `show`
 * @property {{ageS: number | null, isOld: boolean} | null} [freshness] of what it shows, where that does not come with the card
 * @property {HTMLCanvasElement | null} canvas what is drawn, for a file
 * @property {string} [told] the same in words, where nothing else on the page has them
 */

/** @type {Record<string, new (host: HTMLElement, name: string, type: string) => View>} */
const VIEWS = {
  line: LineChartView,
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
  const View = Object.hasOwn(VIEWS, type) ? VIEWS[type] : UnknownView;
  return new View(host, name, type);
}
