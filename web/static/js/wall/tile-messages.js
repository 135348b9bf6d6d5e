/** The texts of tiles, as short as tiles are small. Pure. */

import { formatAge, formatCount } from "../lib/format.js";

/**
 * Return the message over a tile's picture.
 * @param {import("../stream/state.js").StateMessage} view
 * @param {boolean} hasPicture whether the stream's newest frames have a picture
 * @param {number | null} ageS of the picture that is shown
 * @returns {{title: string, old: string, cause: string, action: string} | null} null: the picture is live
 */
export function tileMessage(view, hasPicture, ageS) {
  if (view.state !== "live") {
    const old = ageS === null ? "" : `${formatAge(ageS)} old`;
    return { title: view.title, old, cause: view.cause, action: view.action };
  }
  return hasPicture
    ? null
    : { title: "This stream has no picture", old: "", cause: "", action: "Open it to see its values." };
}

/**
 * Return the summary of all tiles.
 * @param {number} count
 * @param {number} bad how many are known not to be live
 */
export function summary(count, bad) {
  const streams = count === 1 ? "1 stream" : `${count} streams`;
  return bad ? `${streams}, ${bad} not live` : streams;
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
