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
