/** The texts of walls and of their tiles, except those of a stream's state: see stream/presentation.js. Pure. */

import { formatCount } from "../lib/format.js";

/** Return how many tiles there are. @param {number} count */
export function countText(count) {
  return count === 1 ? "1 stream" : `${count} streams`;
}

/** Return how many of them are not live; empty: none. @param {number} count */
export function notLiveText(count) {
  return count ? `${count} not live` : "";
}

/** @type {Record<string, {words: string, title: string}>} by the relation of a tile to the others */
const RELATIONS = {
  same: { words: "", title: "Pulse that is shown" },
  stopped: { words: "", title: "Last pulse that was shown" },
  other: { words: "other pulse", title: "This tile has another pulse than the others" },
  unsteady: { words: "ids do not advance", title: "Not matched: the pulse ids of this stream do not advance" },
  none: { words: "no pulse ids", title: "Not matched: a video and pushed pictures have no pulse ids" },
};

/**
 * Return the text at a tile that shows the same pulse as others, if it can.
 * @param {string} relation as of PulseMatcher; stopped: the stream is not live; none: it has no pulse ids of a machine
 * @param {unknown} pulse
 */
export function pulseText(relation, pulse) {
  const { words, title } = RELATIONS[relation] ?? RELATIONS.none;
  const id = typeof pulse === "number" && relation !== "none" ? formatCount(pulse) : "";
  return { text: [words, id].filter(Boolean).join(" · "), title };
}

/**
 * Return what is said of the switch "Same pulse" while it is on.
 * @param {{pulse: number | null, share: number | null, costS: number | null}} facts
 */
export function syncText({ pulse, share, costS }) {
  if (pulse === null || share === null || costS === null) {
    return "no common pulses";
  }
  const percent = share === 1 ? "100" : (Math.floor(1000 * share) / 10).toFixed(1); // 100 % only if all are equal
  return `${formatCount(pulse)} · ${percent} % · +${costS.toFixed(2)} s`;
}

/**
 * Return how many cards a board has, and the names of the first ones.
 * @param {Record<string, any> | null} status
 * @returns {{cardCount: string, titles: string[]}}
 */
export function boardSummary(status) {
  const { cards, titles } = status ?? {};
  const named = Array.isArray(titles) ? titles.map(String) : [];
  const more = cards - named.length;
  return {
    cardCount: cards === 1 ? "1 card" : `${formatCount(cards)} cards`,
    titles: named.length > 0 && more > 0 ? [...named, `and ${formatCount(more)} more`] : named,
  };
}
