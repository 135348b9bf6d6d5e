/** What stands over the picture of a card that shows a stream. Pure. */

/** What is no fault once a picture is there. */
const FINE = new Set(["live", "frozen"]);
/** A pushed picture may stand for hours: the card says how old it is. */
const FINE_PUSHED = new Set([...FINE, "stalled", "late", "silent"]);
/** An ingest of its own, as these ask for elsewhere, is nothing that a pushed picture has. */
const UNFED = new Set(["no_ingest", "refused"]);
/** A picture that is drawn now is not missed, however late. */
const COMING = new Set(["live", "late"]);
const BEHIND_S = 1; // a card and its picture are not of exactly one time
const ON_ITS_WAY_S = 1;

/**
 * Whether a newer picture was pushed than the one that is seen.
 * @param {{header: Record<string, any>} | null} frame that is seen
 * @param {number} t when the card changed last, on the clock of the frame's `t_received`
 */
export function isBehind(frame, t) {
  return frame !== null && t - frame.header.t_received > BEHIND_S;
}

/**
 * Whether that one does not come any more: pictures travel only while somebody looks.
 * @param {Pick<import("../picture/live-picture.js").Live, "view" | "frame" | "ageOf">} live
 * @param {number} t when the card changed last
 */
export function isMissed(live, t) {
  return isBehind(live.frame, t) && !COMING.has(live.view.state) && live.ageOf(t) > ON_ITS_WAY_S;
}

/**
 * @param {string} type of the card
 * @param {object} live
 * @param {import("../stream/state.js").View} live.view
 * @param {Record<string, any> | null} live.status of the stream
 * @param {import("../stream/latest-frame.js").Frame | null} live.frame that is seen
 * @param {number | null} live.imageS since a picture was last seen; null: never
 * @param {(t: number) => number | null} live.ageOf seconds since a time of the server
 * @param {number} t when the card changed last
 * @returns {string} nothing, while the picture is what it should be
 */
export function messageOver(type, live, t) {
  const { view, status, frame, imageS } = live;
  if (status?.kind === "board") {
    return "This stream is a board, and has no picture.";
  }
  if (type !== "video" && UNFED.has(view.state)) {
    return "Nothing feeds this picture. It comes with a push, while python -m ingest.push runs.";
  }
  if (!frame || !(type === "video" ? FINE : FINE_PUSHED).has(view.state)) {
    return [view.title, view.cause].filter(Boolean).join(". ");
  }
  if (imageS === null) {
    return "This stream has no picture.";
  }
  const isOlder = type !== "video" && isMissed(live, t);
  return isOlder ? "A newer picture was pushed that this page did not see. The next one shows." : "";
}
