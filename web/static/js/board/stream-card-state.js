/** The message over the picture of a card that shows a stream. Pure. */

/** States in which a picture needs no message once it is there. */
const FINE = new Set(["live", "frozen"]);
/** A pushed picture may be hours old: the card shows its age. */
const FINE_PUSHED = new Set([...FINE, "stalled", "late", "silent"]);
/** Their usual messages ask for an ingest process of the stream's own, which pushed pictures do not have. */
const NO_SOURCE = new Set(["no_ingest", "refused"]);
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
 * @param {string} type of the card
 * @param {Pick<import("../picture/live-picture.js").LivePicture, "message" | "status" | "frame" | "imageS" | "ageOf">} live
 * @param {number} t when the card changed last
 * @returns {string} empty while the picture is as it should be
 */
export function messageOver(type, live, t) {
  const { message, status, frame, imageS } = live;
  if (status?.kind === "board") {
    return "This stream is a board and has no picture.";
  }
  if (type !== "video" && NO_SOURCE.has(message.state)) {
    return "This picture has no source. It appears with the next push while python -m ingest.push runs.";
  }
  if (!frame || !(type === "video" ? FINE : FINE_PUSHED).has(message.state)) {
    return [message.title, message.cause].filter(Boolean).join(". ");
  }
  if (imageS === null) {
    return "This stream has no picture.";
  }
  const isOlder = type !== "video" && isMissed(live, t);
  return isOlder ? "A newer picture was pushed, but this page did not receive it. The next one is shown." : "";
}
