/** What a card that shows a stream has, and whether it is the newest. Pure. */

/** States in which newer pictures arrive, so that none counts as missed. */
const ARRIVING = new Set(["live", "late"]);
const MAX_DIFFERENCE_S = 1; // between the times of a card and of its picture
const MAX_TRAVEL_S = 1;

/**
 * Return whether a newer picture was pushed than the one that is shown.
 * @param {{header: Record<string, any>} | null} frame that is shown
 * @param {number} t when the card changed last, on the clock of the frame's `t_received`
 */
export function isBehind(frame, t) {
  return frame !== null && t - frame.header.t_received > MAX_DIFFERENCE_S;
}

/**
 * Return whether that picture will not arrive: pictures are sent only while the card is in sight.
 * @param {Pick<import("../picture/live-picture.js").LivePicture, "message" | "frame" | "ageOf">} live
 * @param {number} t when the card changed last
 */
export function isMissed(live, t) {
  return isBehind(live.frame, t) && !ARRIVING.has(live.message.state) && (live.ageOf(t) ?? 0) > MAX_TRAVEL_S;
}

/**
 * Return what a card shows of a stream, for presentation.js.
 * @param {string} type of the card
 * @param {Pick<import("../picture/live-picture.js").LivePicture, "message" | "frame" | "ageOf" | "shown">} live
 * @param {number} t when the card changed last
 * @param {string} shownAt when its picture was taken, as text
 * @returns {import("../stream/presentation.js").Facts}
 */
export function cardFacts(type, live, t, shownAt) {
  const isPushed = type !== "video";
  return { ...live.shown, kind: isPushed ? "pushed" : "card", isMissed: isPushed && isMissed(live, t), shownAt };
}
