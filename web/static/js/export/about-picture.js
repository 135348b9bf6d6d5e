/** What a saved picture says about itself, in its lines of text and in its file. Pure. */

import { formatShort } from "../lib/format.js";

const MS = 1000;

/**
 * @typedef {object} View how the picture is shown
 * @property {string} map
 * @property {boolean} inverted
 * @property {string} scale
 * @property {number} low @property {number} high
 * @property {string} unit
 * @property {string} processing empty: none
 * @property {boolean} isColour
 *
 * @param {string} stream
 * @param {Record<string, any>} header of its frame
 * @param {View} view
 * @returns {{lines: string[], texts: Record<string, string>}}
 */
export function aboutPicture(stream, header, { map, inverted, scale, low, high, unit, processing, isColour }) {
  const { image } = header;
  const time = isoTime(header.t_source) || isoTime(header.t_received);
  const pulse = header.pulse_id === undefined || header.pulse_id === null ? "" : String(header.pulse_id);
  const range = `${formatShort(low)} … ${formatShort(high)}${unit && ` ${unit}`}`;
  const colours = isColour ? "" : [map, inverted && "inverted", scale].filter(Boolean).join(", ");
  const what = image ? `${image.channel}, ${image.dtype}` : "";
  const lines = [
    [stream, time, pulse && `pulse ${pulse}`].filter(Boolean).join(" · "),
    [what, processing, range, colours].filter(Boolean).join(" · "),
  ];
  const texts = {
    Title: stream,
    Software: "Beamcast",
    "Creation Time": time,
    Stream: stream,
    Channel: image ? String(image.channel) : "",
    "Pulse ID": pulse,
    Range: range,
    Colours: colours,
    Processing: processing,
  };
  return { lines, texts: Object.fromEntries(Object.entries(texts).filter(([, text]) => text)) };
}

/** @param {unknown} seconds Unix @returns {string} empty: not a time */
function isoTime(seconds) {
  const date = new Date(typeof seconds === "number" && seconds > 0 ? MS * seconds : NaN);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().replace("T", " ").replace("Z", " UTC");
}
