import assert from "node:assert/strict";
import test from "node:test";

import { Order } from "../../../web/static/js/wall/order.js";

const CAMERA = { state: "live", mode: "sub" };
const cam = (stream) => ({ ...CAMERA, stream });

function order(...updates) {
  const order = new Order();
  updates.forEach((statuses) => order.update(statuses));
  return order.streams;
}

test("streams are sorted by name, numbers in it numerically", () => {
  assert.deepEqual(order([cam("cam10"), cam("cam2"), cam("a")]), ["a", "cam2", "cam10"]);
});

test("boards are after the cameras", () => {
  assert.deepEqual(order([{ stream: "board", kind: "board" }, cam("two"), cam("zoo")]), ["two", "zoo", "board"]);
});

test("a board's pictures have no tiles", () => {
  assert.deepEqual(order([{ stream: "board", kind: "board" }, { ...CAMERA, stream: "board.spot", mode: "push" }]), ["board"]);
});

test("a stream that is gone from the list stays, and a board stays a board", () => {
  assert.deepEqual(order([cam("a"), { stream: "b", kind: "board" }, cam("c")], [{ stream: "b", state: "no_ingest" }]), ["a", "c", "b"]);
});
