/** What stands in a tile's picture whenever it is not the live one: as brief as a tile is small. */

import { formatAge, formatCount } from "../lib/format.js";

/**
 * @param {import("../stream/state.js").StateMessage} view
 * @param {boolean} pictured whether the stream's newest frames have a picture
 * @param {number | null} ageS of the picture that is there
 * @returns {{title: string, old: string, cause: string, action: string} | null} null: the picture is live
 */
export function said(view, pictured, ageS) {
  if (view.state !== "live") {
    const old = ageS === null ? "" : `${formatAge(ageS)} old`;
    return { title: view.title, old, cause: view.cause, action: view.action };
  }
  return pictured
    ? null
    : { title: "This stream has no picture", old: "", cause: "", action: "Open it to see its values." };
}

/** Of all tiles. @param {number} count @param {number} bad how many of them are known not to be live */
export function summary(count, bad) {
  const streams = count === 1 ? "1 stream" : `${count} streams`;
  return bad ? `${streams}, ${bad} not live` : streams;
}

/**
 * What a board is: how many cards it has, and what the first are called.
 * @param {Record<string, any> | null} status
 * @returns {{many: string, titles: string[]}}
 */
export function board(status) {
  const { cards, titles } = status ?? {};
  const named = Array.isArray(titles) ? titles.map(String) : [];
  const more = cards - named.length;
  return {
    many: cards === 1 ? "1 card" : `${formatCount(cards)} cards`,
    titles: named.length > 0 && more > 0 ? [...named, `and ${formatCount(more)} more`] : named,
  };
}
