/** Names and descriptions of files that are saved from a stream. */

/** @typedef {import("./envelope.js").Frame["header"]} Header */

/**
 * Return a file name of letters, digits, dot, minus and underscore. The time is the camera's, or else the time
 * of arrival at the server; UTC.
 * @param {string} stream
 * @param {Header} header
 * @param {string} extension
 * @returns {string} such as `camera_pulse1234_20261121T130501.123Z.npz`
 */
export function fileName(stream, { pulse_id: pulseId, t_source: sourceS, t_received: receivedS }, extension) {
  const parts = [stream, pulse(pulseId), time(sourceS) || time(receivedS)].filter(Boolean);
  return `${parts.join("_").replace(/[^A-Za-z0-9._-]/g, "_")}.${extension}`;
}

/**
 * Return JSON in ASCII, the only encoding that TIFF allows.
 * @param {string} stream
 * @param {Header} header
 * @param {{x: number, y: number, pitch: number}} area where the saved pixels lie, as `Pixels` has it
 */
export function fileDescription(stream, { pulse_id, epoch, seq, t_source, t_received, image }, { x, y, pitch }) {
  const channel = image?.channel;
  const facts = { stream, channel, pulse_id, epoch, seq, t_source, t_received, x, y, pitch };
  return JSON.stringify(facts).replace(
    /[^ -~]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** @param {unknown} id an integer, as text where it is beyond 2⁵³ */
function pulse(id) {
  const isId = Number.isSafeInteger(id) || (typeof id === "string" && /^-?\d{1,20}$/.test(id));
  return isId ? `pulse${id}` : "";
}

/** @param {unknown} seconds Unix */
function time(seconds) {
  const date = new Date(typeof seconds === "number" ? 1000 * seconds : NaN);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().replace(/[-:]/g, "");
}
