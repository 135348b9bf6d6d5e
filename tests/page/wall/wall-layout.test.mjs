import assert from "node:assert/strict";
import test from "node:test";

import { WallLayout } from "../../../web/static/js/wall/wall-layout.js";

const abc = new WallLayout(["a", "b", "c"]);

test("a wall is restored from its address", () => {
  const layout = new WallLayout(["a", "b.2", "c-3"], 3, true, true);
  const [path, search] = layout.address.split("?");
  assert.deepEqual(WallLayout.fromAddress(path.slice("/view/".length).split(","), `?${search}`, 16), layout);
});

test("default settings are not in the address", () => {
  assert.equal(abc.address, "/view/a,b,c");
  assert.equal(abc.withColumns(2).address, "/view/a,b,c?columns=2");
  assert.equal(new WallLayout(["a"], 0, true).address, "/view/a?kiosk=1");
  assert.equal(abc.withSamePulse(true).address, "/view/a,b,c?pulse=same");
  assert.equal(abc.withSamePulse(true).withSamePulse(false).address, "/view/a,b,c");
});

test("changing the columns keeps the same pulse", () => {
  assert.equal(abc.withSamePulse(true).withColumns(2).address, "/view/a,b,c?columns=2&pulse=same");
});

test("any other pulse in an address is none", () => {
  assert.equal(WallLayout.fromAddress(["a"], "?pulse=28151", 16).isSamePulse, false);
});

test("an invalid number of columns leaves the choice to the window", () => {
  for (const columns of ["0", "-1", "17", "2.5", "x", "", "1e9"]) {
    assert.equal(WallLayout.fromAddress(["a"], `?columns=${columns}`, 16).columns, 0);
  }
  assert.equal(WallLayout.fromAddress(["a"], "?columns=16", 16).columns, 16);
});

test("names are encoded in the address", () => {
  assert.equal(new WallLayout(["a/b?c,d"]).address, "/view/a%2Fb%3Fc%2Cd");
});

test("a stream is added at the end, once", () => {
  assert.deepEqual(abc.withStream("d").streams, ["a", "b", "c", "d"]);
  assert.deepEqual(abc.withStream("d").withStream("d").streams, ["a", "b", "c", "d"]);
});

test("removing a stream keeps the order of the others", () => {
  assert.deepEqual(abc.withoutStream("b").streams, ["a", "c"]);
});

test("a stream can be moved", () => {
  assert.deepEqual(abc.withPlace("a", 1).streams, ["b", "a", "c"]);
  assert.deepEqual(abc.withPlace("c", 0).streams, ["c", "a", "b"]);
});

test("a stream cannot be moved beyond an end", () => {
  assert.deepEqual(abc.withPlace("a", -1).streams, ["a", "b", "c"]);
  assert.deepEqual(abc.withPlace("c", 3).streams, ["a", "b", "c"]);
});

test("changing the streams keeps columns, kiosk mode and the same pulse", () => {
  const layout = new WallLayout(["a", "b"], 2, true, true);
  for (const changed of [layout.withStream("c"), layout.withoutStream("a"), layout.withPlace("a", 1)]) {
    assert.deepEqual([changed.columns, changed.isKiosk, changed.isSamePulse], [2, true, true]);
  }
});
