/** The rows of the page's tables and the caption, from a frame's header and the stream's status. Pure. */

import {
  NO_VALUE, formatAny, formatAnyExact, formatBytes, formatCount, formatExact, formatNumber, formatRate, scalarNumber,
} from "../lib/format.js";

/**
 * @typedef {import("../lib/dom.js").Row} Row
 *
 * @typedef {object} ValueRow
 * @property {string} name
 * @property {string} value
 * @property {string} unit
 * @property {"" | "quiet" | "long"} tone
 * @property {boolean} isScalar a number or a boolean: it has a trend
 * @property {string[]} statistics min, mean, max, standard deviation, and the pulse of the last change
 * @property {() => string[]} exact the value and the statistics with all their digits, made when it is called
 *
 * @typedef {object} CaptionPart
 * @property {string} name
 * @property {string} value
 * @property {string} [exact] the value with all its digits, where it is shortened
 * @property {"" | "fault" | "quiet"} tone
 * @property {"size" | "range" | "wide" | "channel"} [kind]
 */

/**
 * Return a row for each value of a frame, with the statistics of the scalars since the page was opened.
 * @param {Record<string, any>} header
 * @param {Record<string, any> | null} schema for the units
 * @param {import("./scalar-history.js").ScalarHistory} history
 * @returns {ValueRow[]}
 */
export function valueRows(header, schema, history) {
  const units = unitsOf(schema);
  const types = textsOf(schema, "type");
  return Object.entries(header.values ?? {}).map(([name, value]) => {
    const channel = history.channel(name);
    const { mean, std } = channel?.statistics ?? {};
    const statistics = [channel?.min, mean, channel?.max, std, channel?.since];
    return {
      name,
      value: formatAny(value),
      unit: units.get(name) ?? "",
      tone: value === null ? "quiet" : value.shape && value.offset === undefined ? "long" : "",
      isScalar: Boolean(channel?.isScalar),
      statistics: statistics.map((one) => numberOrEmpty(one, formatNumber)),
      exact: () => [
        formatAnyExact(value, types.get(name)), ...statistics.map((one) => numberOrEmpty(one, formatExact)),
      ],
    };
  });
}

/** Return the units in a schema, by name. @param {Record<string, any> | null} schema @returns {Map<string, string>} */
export function unitsOf(schema) {
  return textsOf(schema, "unit");
}

/** Return a field of a schema's channels that is a text, by name. @param {any} schema @param {string} field */
function textsOf(schema, field) {
  const channels = /** @type {any[]} */ (Array.isArray(schema?.channels) ? schema.channels : []);
  const withText = channels.filter((channel) => typeof channel?.[field] === "string");
  return new Map(withText.map((channel) => /** @type {[string, string]} */ ([channel.name, channel[field]])));
}

/** @param {unknown} value @param {(number: number | bigint) => string} format */
function numberOrEmpty(value, format) {
  const number = typeof value === "bigint" ? value : scalarNumber(value);
  return number === null || (typeof number === "number" && !Number.isFinite(number)) ? "" : format(number);
}

/**
 * Return the counters of the source and of ingest, all since ingest started.
 * @param {Record<string, any>} status
 * @returns {Row[]}
 */
export function sourceRows(status) {
  const rows = [];
  if (status.source) {
    rows.push(row("address", formatAny(status.source), "address of the source"));
    rows.push(row("mode", formatAny(status.mode ?? null), "how ingest receives: SUB, PULL or video"));
  }
  if (typeof status.received === "number") {
    rows.push(
      row("received", formatCount(status.received), "messages received from the source"),
      row("received data", formatBytes(status.received_bytes), "bytes received from the source"),
      row("rate in", `${formatRate(status.fps_in)} /s`, "messages per second from the source"),
      row("published", formatCount(status.published), "frames published to Redis"),
      row("left out", formatCount(status.skipped), "images not published to keep the rate out: a newer one was available"),
      row("rate out", `${formatRate(status.fps_out)} /s`, "frames per second published to Redis"),
    );
  }
  rows.push(
    ...faultRow("lost before", status.missed, "pulses that were not received: the pulse id jumped"),
    ...faultRow("duplicate", status.duplicate, "messages with a pulse id that was received before"),
    ...faultRow("reverted", status.reverted, "times the pulse id went back: the source restarted"),
    ...faultRow("lost, not published", status.publish_failed, "frames that Redis did not accept"),
    ...faultRow("lost values", status.pulses_lost, "pulses whose scalars did not fit into a frame"),
  );
  for (const [kind, times] of Object.entries(errorCounts(status.errors))) {
    rows.push(...faultRow(kind, times, "errors of this kind"));
  }
  if (status.last_error) {
    rows.push({ ...row("last error", formatAny(status.last_error), "the last error of ingest"), tone: "long" });
  }
  return /** @type {Row[]} */ (rows);
}

/**
 * Return the counters of this page.
 * @param {Record<string, any>} status
 * @param {{bytes: number, frames: number, skipped: number, disordered: number,
 *   unreadable: number, transport: string, rendition: string, share: number | null}} here
 * @returns {Row[]}
 */
export function screenRows(status, here) {
  return [
    row("shown", formatCount(here.frames), "frames drawn on this screen"),
    row("data", formatBytes(here.bytes), "bytes of frames received"),
    row("lost on the line", formatCount(status.dropped), "frames dropped by the server: the connection was busy"),
    row("lost here", formatCount(here.skipped), "frames not drawn: a newer one was available"),
    ...faultRow("lost, out of order", here.disordered, "frames discarded because they arrived after a newer one"),
    ...faultRow("lost, unreadable", here.unreadable, "frames that this page could not decode"),
    row("transport", here.transport, "websocket, or polling where that is blocked"),
    row("line quality", percent(here.share), "share of the stream's frames that arrived here recently"),
    row("picture", here.rendition, REQUESTED),
  ];
}

/** @param {string} name @param {string} value @param {string} title @returns {Row} */
function row(name, value, title) {
  return { name, value, title };
}

/**
 * Return the row of a counter that should stay at 0; none if the counter is not known.
 * @param {string} name
 * @param {unknown} times
 * @param {string} title
 * @returns {Row[]}
 */
function faultRow(name, times, title) {
  return typeof times === "number"
    ? [{ name, value: formatCount(times), title, tone: times > 0 ? "fault" : "quiet" }]
    : [];
}

/**
 * Return ingest's error counts by kind.
 * @param {unknown} errors an object, or JSON text of one
 * @returns {Record<string, unknown>}
 */
function errorCounts(errors) {
  let counts = errors;
  if (typeof errors === "string") {
    try {
      counts = JSON.parse(errors);
    } catch {
      return {};
    }
  }
  return counts !== null && typeof counts === "object" ? /** @type {Record<string, unknown>} */ (counts) : {};
}

/** @param {number | null} share */
function percent(share) {
  return share === null ? NO_VALUE : `${Math.round(100 * share)} %`;
}

/**
 * Return the parts of the picture's caption. Their number is constant for a rendition, so that nothing moves when
 * a pixel saturates.
 * @param {Record<string, any>} image the envelope's
 * @param {import("../stream/rendition.js").Size} camera
 * @param {ShownRendition} rendition
 * @returns {CaptionPart[]}
 */
export function captionParts(image, camera, rendition) {
  const badPixels = (/** @type {string} */ name, /** @type {number} */ pixels) =>
    /** @type {CaptionPart} */ ({ name, value: `${formatCount(pixels)} px`, tone: pixels > 0 ? "fault" : "quiet" });
  const shown = rendition.processing && rendition.shown;
  return [
    { name: "image", value: `${camera.width} × ${camera.height} ${formatAny(image.dtype)}`, tone: "", kind: "size" },
    shown
      ? rangePart(rendition.processing?.toLowerCase() ?? "", shown.min, shown.max)
      : rangePart("data", image.data_min, image.data_max, image.dtype),
    badPixels("saturated", image.n_saturated),
    badPixels("bad", image.n_bad),
    ...renditionPart(image, rendition),
    { name: "channel", value: formatAny(image.channel), tone: "quiet", kind: "channel" },
  ];
}

/**
 * @typedef {object} ShownRendition the rendition that is shown, and why
 * @property {string} name
 * @property {import("../stream/rendition.js").Reason} reason
 * @property {boolean} isTooSlow whether the connection is too slow even for that
 * @property {boolean} [isPageSlow] whether this computer is too slow for it
 * @property {string} [processing] what was done to the values that are shown; empty: nothing
 * @property {{min: number, max: number} | null} [shown] the range of the processed values
 */

/**
 * @param {Record<string, any>} image
 * @param {ShownRendition} rendition
 * @returns {CaptionPart[]} none if the rendition is full for no special reason
 */
function renditionPart(image, { name, reason, isTooSlow, isPageSlow = false }) {
  if (image.format === "tiles") {
    return [precisePart(image.left_out, image.tiles_left)];
  }
  if (name === "full" && !reason && !isTooSlow && !isPageSlow) {
    return [];
  }
  const size = name === "full" ? "full size" : `${name} size, ${image.width} × ${image.height}`;
  const why = isPageSlow ? ["this computer is too slow"] : [REASONS[reason], isTooSlow && TOO_MUCH[reason]];
  const value = [size, why.filter(Boolean).join(", ")].filter(Boolean).join(": ");
  const tone = isTooSlow || isPageSlow || reason === "connection" ? "fault" : "quiet";
  return [{ name: "picture", value, tone, kind: "wide" }];
}

/**
 * Describe precise tiles and what ingest's limit left out of them.
 * @param {number} leftOut frames
 * @param {number} tilesLeft
 * @returns {CaptionPart}
 */
function precisePart(leftOut, tilesLeft) {
  const limits = [
    leftOut > 0 && `1 of ${leftOut + 1} frames: ingest's limit`,
    tilesLeft > 0 && `${tilesLeft} tiles too many, zoom in`,
  ].filter(Boolean);
  const value = ["the camera's own values", limits.join(", ")].filter(Boolean).join(": ");
  return { name: "picture", value, tone: tilesLeft > 0 ? "fault" : "quiet", kind: "wide" };
}

/** @type {Record<import("../stream/rendition.js").Reason, string>} */
const REASONS = {
  "": "",
  size: "all that this window can show",
  connection: "the line is slow",
  forced: "as selected",
  precise: "",
};

const REQUESTED =
  "the picture that this page requests: its size, log where its levels are on a logarithmic scale, or precise values, " +
  "and the image";

/** What to add where the line does not carry even this picture. @type {Record<string, string>} */
const TOO_MUCH = { "": "too much for this line", size: "too much for this line", forced: "too much for this line" };

/**
 * @param {string} name
 * @param {unknown} low
 * @param {unknown} high
 * @param {string} [dtype] of the two
 * @returns {CaptionPart}
 */
function rangePart(name, low, high, dtype) {
  const [from, to] = [scalarNumber(low), scalarNumber(high)];
  if (from === null || to === null) {
    return { name, value: "no finite pixel", kind: "range", tone: "" };
  }
  const value = `${formatNumber(from)} … ${formatNumber(to)}`;
  const exact = `${formatExact(from, dtype)} … ${formatExact(to, dtype)}`;
  return { name, value, exact, kind: "range", tone: "" };
}
