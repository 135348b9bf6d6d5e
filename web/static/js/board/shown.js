/** What stands over the picture of a card that shows a stream. Pure. */

/** What is no fault once a picture is there. */
const FINE = new Set(["live", "frozen"]);
/** A pushed picture may stand for hours: the card says how old it is. */
const FINE_PUSHED = new Set([...FINE, "stalled", "late", "silent"]);
/** An ingest of its own, as these ask for elsewhere, is nothing that a pushed picture has. */
const UNFED = new Set(["no_ingest", "refused"]);

/**
 * @param {string} type of the card
 * @param {object} live
 * @param {import("../page/state.js").View} live.view
 * @param {Record<string, any> | null} live.status of the stream
 * @param {object | null} live.frame that is seen
 * @param {number | null} live.imageS since a picture was last seen; null: never
 * @returns {string} nothing, while the picture is what it should be
 */
export function wordsOver(type, { view, status, frame, imageS }) {
  if (status?.kind === "board") {
    return "This stream is a board, and has no picture.";
  }
  if (type !== "video" && UNFED.has(view.state)) {
    return "Nothing feeds this picture. It comes with a push, while python -m ingest.push runs.";
  }
  if (!frame || !(type === "video" ? FINE : FINE_PUSHED).has(view.state)) {
    return [view.title, view.cause].filter(Boolean).join(". ");
  }
  return imageS === null ? "This stream has no picture." : "";
}
