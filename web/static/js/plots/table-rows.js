/** The lines of the page's tables and captions, from what a frame and a status carry. Pure. */

import { NOTHING, anything, bytes, count, number, rate } from "../lib/format.js";

/** @typedef {import("../lib/dom.js").Row} Row */

/**
 * @typedef {object} ValueRow
 * @property {string} name
 * @property {string} value
 * @property {string} unit
 * @property {"" | "quiet" | "long"} tone
 * @property {boolean} isScalar a number or a boolean: it has a trend
 * @property {string[]} told smallest, mean, largest, standard deviation, and the pulse of the last change
 */

/**
 * Everything a frame carries, by name, with what the scalars were since the start.
 * @param {Record<string, any>} header
 * @param {Record<string, any> | null} schema for the units
 * @param {import("./scalar-history.js").ScalarHistory} history
 * @returns {ValueRow[]}
 */
export function valueRows(header, schema, history) {
  const units = unitsOf(schema);
  return Object.entries(header.values ?? {}).map(([name, value]) => {
    const channel = history.channel(name);
    const { min, mean, max, std } = channel?.moments ?? {};
    return {
      name,
      value: anything(value),
      unit: units.get(name) ?? "",
      tone: value === null ? "quiet" : value.shape && value.offset === undefined ? "long" : "",
      isScalar: Boolean(channel?.isScalar),
      told: [...[min, mean, max, std].map(told), told(channel?.since)],
    };
  });
}

/** The units that a schema tells, by name. @param {Record<string, any> | null} schema @returns {Map<string, string>} */
export function unitsOf(schema) {
  const channels = Array.isArray(schema?.channels) ? schema.channels : [];
  return new Map(channels.filter((channel) => typeof channel?.unit === "string").map(({ name, unit }) => [name, unit]));
}

/** @param {number | undefined} value */
function told(value) {
  return Number.isFinite(value) ? number(value) : "";
}

/**
 * The counters of the source's side, all since ingest started.
 * @param {Record<string, any>} status
 * @returns {Row[]}
 */
export function sourceRows(status) {
  const rows = [];
  if (status.source) {
    rows.push(said("address", anything(status.source), "the stream that ingest listens to"));
    rows.push(said("mode", anything(status.mode ?? null), "how ingest listens: SUB, PULL, or to a video"));
  }
  if (typeof status.received === "number") {
    rows.push(
      said("received", count(status.received), "messages that came from the source"),
      said("received data", bytes(status.received_bytes), "bytes that came from the source"),
      said("rate in", `${rate(status.fps_in)} /s`, "messages a second from the source"),
      said("published", count(status.published), "frames given to the broker"),
      said("left out", count(status.skipped), "images not published: a newer one was there"),
      said("rate out", `${rate(status.fps_out)} /s`, "frames a second given to the broker"),
    );
  }
  rows.push(
    ...fault("missed", status.missed, "pulses that never came: the pulse id jumped"),
    ...fault("duplicate", status.duplicate, "messages whose pulse id had come before"),
    ...fault("reverted", status.reverted, "times the pulse id went back: the source restarted"),
    ...fault("publish failed", status.publish_failed, "frames that the broker did not take"),
    ...fault("pulses lost", status.pulses_lost, "pulses whose scalars found no room in a frame"),
  );
  for (const [kind, times] of Object.entries(errors(status.errors))) {
    rows.push(...fault(kind, times, "faults of this kind"));
  }
  if (status.last_error) {
    const row = said("last fault", anything(status.last_error), "the last fault in ingest's words");
    rows.push({ ...row, tone: "long" });
  }
  return rows;
}

/**
 * The counters of this page.
 * @param {Record<string, any>} status
 * @param {{bytes: number, frames: number, skipped: number, disordered: number,
 *   unreadable: number, transport: string, rendition: string, share: number | null}} here
 * @returns {Row[]}
 */
export function screenRows(status, here) {
  return [
    said("shown", count(here.frames), "frames that this screen drew"),
    said("data", bytes(here.bytes), "bytes of frames that came to this screen"),
    said("dropped", count(status.dropped), "frames left out by the server: this line was busy"),
    said("skipped", count(here.skipped), "frames left out by this page: a newer one was there"),
    ...fault("out of order", here.disordered, "frames left out as they came after a newer one"),
    ...fault("unreadable", here.unreadable, "frames that this page could not read"),
    said("line", here.transport, "websocket, or polling where that is blocked"),
    said("line carries", percent(here.share), "how many of the stream's frames came here lately"),
    said("rendition", here.rendition, "the picture that this screen asks the server for"),
  ];
}

/** @returns {Row} */
function said(name, value, title) {
  return { name, value, title };
}

/** A counter that should stay at 0; nothing where it is not told. @returns {Row[]} */
function fault(name, times, title) {
  return typeof times === "number"
    ? [{ name, value: count(times), title, tone: times > 0 ? "fault" : "quiet" }]
    : [];
}

/** Ingest's faults by kind, whether they come as JSON text or as an object. */
function errors(told) {
  if (typeof told === "string") {
    try {
      told = JSON.parse(told);
    } catch {
      return {};
    }
  }
  return told !== null && typeof told === "object" ? told : {};
}

/** @param {number | null} share */
function percent(share) {
  return share === null ? NOTHING : `${Math.round(100 * share)} %`;
}

/**
 * What stands under the picture.
 * @param {Record<string, any>} image the envelope's
 * @param {import("../stream/rendition.js").Size} camera its own size
 * @param {Shown} shown
 * @returns {{name: string, value: string, tone: "" | "fault" | "quiet",
 *   kind?: "range" | "wide"}[]}
 *   as many while the rendition is the same, so that nothing moves when a pixel saturates
 */
export function captionParts(image, camera, shown) {
  const parts = [
    { name: "channel", value: anything(image.channel) },
    { name: "size", value: `${camera.width} × ${camera.height} ${anything(image.dtype)}` },
    { name: "data", value: range(image.data_min, image.data_max), kind: "range" },
    { name: "8-bit", value: range(image.min, image.max), kind: "range" },
  ].map((part) => ({ ...part, tone: "" }));
  const bad = (name, pixels) => ({
    name,
    value: `${count(pixels)} px`,
    tone: pixels > 0 ? "fault" : "quiet",
  });
  return [
    ...parts,
    bad("saturated", image.n_saturated),
    bad("bad", image.n_bad),
    ...rendition(image, shown),
  ];
}

/**
 * @typedef {object} Shown which rendition is seen, and why
 * @property {string} name
 * @property {import("../stream/rendition.js").Reason} reason
 * @property {boolean} thin whether even that is too much for the line
 */

/**
 * Nothing where all is shown as it should be.
 * @param {Record<string, any>} image
 * @param {Shown} shown
 */
function rendition(image, { name, reason, thin }) {
  if (image.format === "tiles") {
    return [precise(image)];
  }
  if (name === "full" && !reason && !thin) {
    return [];
  }
  const size = name === "full" ? "full size" : `${name} size, ${image.width} × ${image.height}`;
  const why = [WHY[reason], thin && reason !== "line" ? "too much for this line" : ""];
  const value = [size, why.filter(Boolean).join(", ")].filter(Boolean).join(": ");
  const tone = thin || reason === "line" ? "fault" : "quiet";
  return [{ name: "picture", value, tone, kind: "wide" }];
}

/** The camera's own values, and what ingest's limit makes of them. */
function precise({ left_out: leftOut, tiles_left: tilesLeft }) {
  const limits = [
    leftOut > 0 && `1 of ${leftOut + 1} frames: ingest's limit`,
    tilesLeft > 0 && `${tilesLeft} tiles too many, zoom in`,
  ].filter(Boolean);
  const value = ["the camera's own values", limits.join(", ")].filter(Boolean).join(": ");
  return { name: "picture", value, tone: tilesLeft > 0 ? "fault" : "quiet", kind: "wide" };
}

const WHY = {
  "": "",
  size: "all that this window shows",
  line: "the line is thin",
  insisted: "as chosen",
};

function range(low, high) {
  return typeof low === "number" && typeof high === "number"
    ? `${number(low)} … ${number(high)}`
    : "no finite pixel";
}
