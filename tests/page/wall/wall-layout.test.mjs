import assert from "node:assert/strict";
import test from "node:test";

import { WallLayout } from "../../../web/static/js/wall/wall-layout.js";

const abc = new WallLayout(["a", "b", "c"]);

test("a wall is found again at its address", () => {
  const layout = new WallLayout(["a", "b.2", "c-3"], 3, true);
  const [path, search] = layout.address.split("?");
  assert.deepEqual(WallLayout.fromAddress(path.slice("/view/".length).split(","), `?${search}`, 16), layout);
});

test("what is as at first does not stand in the address", () => {
  assert.equal(abc.address, "/view/a,b,c");
  assert.equal(abc.withColumns(2).address, "/view/a,b,c?columns=2");
  assert.equal(new WallLayout(["a"], 0, true).address, "/view/a?kiosk=1");
});

test("columns that are no count from one to the most leave the choice to the window", () => {
  for (const columns of ["0", "-1", "17", "2.5", "x", "", "1e9"]) {
    assert.equal(WallLayout.fromAddress(["a"], `?columns=${columns}`, 16).columns, 0);
  }
  assert.equal(WallLayout.fromAddress(["a"], "?columns=16", 16).columns, 16);
});

test("a name can break out of no address", () => {
  assert.equal(new WallLayout(["a/b?c,d"]).address, "/view/a%2Fb%3Fc%2Cd");
});

test("a stream that is added stands last, and once", () => {
  assert.deepEqual(abc.withStream("d").streams, ["a", "b", "c", "d"]);
  assert.deepEqual(abc.withStream("d").withStream("d").streams, ["a", "b", "c", "d"]);
});

test("a stream that is removed leaves the others in their order", () => {
  assert.deepEqual(abc.withoutStream("b").streams, ["a", "c"]);
});

test("a stream is placed among the others", () => {
  assert.deepEqual(abc.withPlace("a", 1).streams, ["b", "a", "c"]);
  assert.deepEqual(abc.withPlace("c", 0).streams, ["c", "a", "b"]);
});

test("a stream stops at either end", () => {
  assert.deepEqual(abc.withPlace("a", -1).streams, ["a", "b", "c"]);
  assert.deepEqual(abc.withPlace("c", 3).streams, ["a", "b", "c"]);
});

test("changing the streams keeps columns and kiosk", () => {
  const layout = new WallLayout(["a", "b"], 2, true);
  for (const changed of [layout.withStream("c"), layout.withoutStream("a"), layout.withPlace("a", 1)]) {
    assert.deepEqual([changed.columns, changed.isKiosk], [2, true]);
  }
});
