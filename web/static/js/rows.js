/** The lines of the page's tables and captions, from what a frame and a status carry. Pure. */

import { anything, bytes, count, number, rate } from "./format.js";

/** @typedef {import("./table.js").Row} Row */

/**
 * Everything a frame carries, by name.
 * @param {Record<string, any>} header
 * @param {Record<string, any> | null} schema for the units
 * @returns {Row[]}
 */
export function valueRows(header, schema) {
  const units = new Map((schema?.channels ?? []).map((channel) => [channel.name, channel.unit]));
  const rows = Object.entries(header.values ?? {}).map(([name, value]) => ({
    name,
    value: anything(value),
    unit: typeof units.get(name) === "string" ? units.get(name) : "",
    tone: value === null ? "quiet" : "",
  }));
  return [{ name: "pulse id", value: anything(header.pulse_id ?? null) }, ...rows];
}

/**
 * The counters: what came from the source, and what reached this screen.
 * @param {Record<string, any>} status
 * @param {{bytes: number, frames: number, skipped: number, disordered: number,
 *   unreadable: number, transport: string}} here
 * @returns {Row[]}
 */
export function counterRows(status, here) {
  const rows = [];
  const add = (name, value, title) => rows.push({ name, value, title });
  const fault = (name, value, title) => {
    if (typeof value === "number") {
      rows.push({ name, value: count(value), title, tone: value > 0 ? "fault" : "quiet" });
    }
  };
  if (status.source) {
    add("source", anything(status.source), "the stream that ingest listens to");
    add("mode", anything(status.mode ?? null), "how ingest listens: SUB or PULL");
  }
  if (typeof status.received === "number") {
    add("received", count(status.received), "messages that came from the source");
    add("received data", bytes(status.received_bytes), "bytes that came from the source");
    add("rate in", `${rate(status.fps_in)} /s`, "messages a second from the source");
    add("published", count(status.published), "frames given to the broker since ingest started");
    add("rate out", `${rate(status.fps_out)} /s`, "frames a second given to the broker");
  }
  fault("missed", status.missed, "pulses that never came: the pulse id jumped");
  fault("duplicate", status.duplicate, "messages whose pulse id had come before");
  fault("reverted", status.reverted, "times the pulse id went back: the source restarted");
  fault("skipped", status.skipped, "images not published because a newer one was there");
  fault("publish failed", status.publish_failed, "frames that the broker did not take");
  fault("pulses lost", status.pulses_lost, "pulses whose scalars found no room in a frame");
  for (const [kind, number_] of Object.entries(errors(status.errors))) {
    fault(kind, number_, status.last_error ? `last: ${anything(status.last_error)}` : kind);
  }
  add("shown here", count(here.frames), "frames that this screen drew");
  add("data here", bytes(here.bytes), "bytes of frames that came to this screen");
  fault("dropped", status.dropped, "frames the server left out because this line was busy");
  fault("skipped here", here.skipped, "frames that this screen left out because a newer one was there");
  fault("out of order", here.disordered, "frames that came after a newer one and were left out");
  fault("unreadable", here.unreadable, "frames that this page could not read");
  add("line", here.transport, "how frames come here: websocket, or polling where that is blocked");
  return rows;
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

/**
 * What stands under the picture.
 * @param {Record<string, any>} image the envelope's
 * @returns {{name: string, value: string, tone: "" | "fault"}[]}
 */
export function captionParts(image) {
  const parts = [
    { name: "channel", value: anything(image.channel) },
    { name: "size", value: `${image.width} × ${image.height} ${anything(image.dtype)}` },
    { name: "data", value: range(image.data_min, image.data_max) },
    { name: "shown", value: range(image.min, image.max) },
  ].map((part) => ({ ...part, tone: "" }));
  const bad = (name, pixels) => {
    if (pixels > 0) {
      parts.push({ name, value: `${count(pixels)} px`, tone: "fault" });
    }
  };
  bad("saturated", image.n_saturated);
  bad("bad", image.n_bad);
  return parts;
}

function range(low, high) {
  return typeof low === "number" && typeof high === "number"
    ? `${number(low)} … ${number(high)}`
    : "no finite pixel";
}
