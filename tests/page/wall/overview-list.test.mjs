import assert from "node:assert/strict";
import test from "node:test";

import { countEach, isShown } from "../../../web/static/js/lib/list-filter.js";
import { FILTERS, entryOf, mergeEntries, textsOf } from "../../../web/static/js/wall/overview-list.js";

const CAMERA = { stream: "gun-screen", state: "live", mode: "sub", source: "tcp://cam2:9000" };
const STOPPED = { ...CAMERA, stream: "undulator", state: "silent" };
const IDLE = { ...CAMERA, stream: "hall", state: "closed", mode: "video" };
const BOARD = { stream: "ring", state: "live", kind: "board", titles: ["Beam current", "Vacuum S4"] };
const ENTRIES = [CAMERA, STOPPED, IDLE, BOARD].map(entryOf);

const shown = (filter) =>
  ENTRIES.filter((entry) => isShown(entry, textsOf(entry), FILTERS, { name: "all", search: "", ...filter })).map(
    ({ stream }) => stream,
  );

test("each filter has a count", () => {
  assert.deepEqual(countEach(ENTRIES, FILTERS), { all: 4, "not-live": 1, cameras: 3, boards: 1 });
});

test("a filter shows its streams", () => {
  assert.deepEqual(shown({ name: "not-live" }), ["undulator"]);
  assert.deepEqual(shown({ name: "boards" }), ["ring"]);
});

test("the search finds names, sources and the titles of cards", () => {
  assert.deepEqual(shown({ search: "gun" }), ["gun-screen"]);
  assert.deepEqual(shown({ search: "cam2" }), ["gun-screen", "undulator", "hall"]);
  assert.deepEqual(shown({ search: "vacuum" }), ["ring"]);
  assert.deepEqual(shown({ search: "vacuum", name: "cameras" }), []);
});

test("a stream is not live if its page would say so in red", () => {
  const isNotLive = (state) => entryOf({ ...CAMERA, state }).isNotLive;
  for (const state of ["silent", "lost", "connecting", "mismatch", "no_ingest", "broker_lost"]) {
    assert.equal(isNotLive(state), true, state);
  }
  for (const state of ["live", "closed", "waiting", "of_tomorrow", "constructor"]) {
    assert.equal(isNotLive(state), false, state);
  }
});

test("a status of any content has an entry", () => {
  for (const value of [null, 5, {}, []]) {
    const entry = entryOf({ stream: "a", state: value, source: value, titles: value });
    assert.deepEqual(entry.titles, []);
    assert.equal(typeof entry.about, "string");
  }
});

test("a stream that is gone from the list is not live, and a board without an ingest stays a board", () => {
  const before = mergeEntries(new Map(), [CAMERA, BOARD]);
  const after = mergeEntries(before, [{ stream: "ring", state: "no_ingest" }]);
  assert.equal(after.get("gun-screen").isNotLive, true);
  assert.equal(after.get("gun-screen").about, "tcp://cam2:9000");
  assert.deepEqual([after.get("ring").isBoard, after.get("ring").isNotLive], [true, true]);
  assert.equal(before.get("gun-screen").isNotLive, false);
});

test("a server that does not answer changes nothing", () => {
  const before = mergeEntries(new Map(), [CAMERA]);
  assert.equal(mergeEntries(before, []), before);
});
