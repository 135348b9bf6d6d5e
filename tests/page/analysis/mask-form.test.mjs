import assert from "node:assert/strict";
import test from "node:test";

import { MaskForm } from "../../../web/static/js/analysis/mask-form.js";
import { pixels } from "./spots.mjs";

const CAMERA = { width: 16, height: 8 };
const HOT = 37;

/** What the form uses of a page element. */
function element() {
  const listeners = {};
  return {
    value: "",
    textContent: "",
    hidden: true,
    isRefused: false,
    classList: { toggle: (_, on) => on },
    addEventListener: (event, handler) => (listeners[event] = handler),
    fire: (event) => listeners[event](),
  };
}

/** The camera's picture: 100, and one hot pixel of 5000. */
function precise(part = {}) {
  const { x = 0, y = 0, width = 16, height = 8 } = part;
  const data = Uint16Array.from({ length: width * height }, (_, index) => {
    const at = (y + Math.floor(index / width)) * 16 + x + (index % width);
    return at === HOT ? 5000 : 100;
  });
  return { isPrecise: true, pixels: pixels(width, data, { x, y }) };
}

/** The same after compression, which spreads the hot pixel over its block of 8 × 8. */
const compressed = (pitch = 1) => ({
  isPrecise: false,
  pixels: pixels(16 / pitch, new Uint8Array(128 / pitch ** 2).fill(7), { pitch, scale: 25 }),
});

function open(picture, link = "") {
  const elements = new Map();
  const getById = (id) => elements.get(id) ?? elements.set(id, element()).get(id);
  const masks = [];
  const shown = {
    ...picture,
    placement: { camera: CAMERA, ready: true },
    visibleBox: {},
    unprocessed() {
      return this.pixels && { pixels: this.pixels, top: Infinity };
    },
  };
  const form = new MaskForm({
    getById,
    picture: shown,
    preferences: { get: () => link, set: () => {} },
    setMask: (mask) => masks.push(mask),
  });
  const apply = (below, above) => {
    Object.assign(getById("mask-below"), { value: below });
    Object.assign(getById("mask-above"), { value: above });
    getById("mask-apply").fire("click");
  };
  const show = (next) => {
    Object.assign(shown, next);
    form.onFrame();
  };
  const text = (id) => getById(id).textContent;
  return { masks, apply, show, values: () => text("mask-values"), result: () => text("mask-result"), shown };
}

test("the panel says that limits compare compressed values, and that Precise compares the camera's own", () => {
  const { values, show } = open(compressed());
  assert.match(values(), /^The limits compare compressed values, .*: a single bad pixel may be missed\./);
  assert.match(values(), /Precise compares the camera's own\.$/);
  show(precise());
  assert.equal(values(), "The limits compare the camera's own values, of the visible part.");
});

test("without values, as in colour, the panel says nothing about them", () => {
  const { values, show } = open(compressed());
  show({ pixels: null, visibleBox: null });
  assert.equal(values(), "");
});

test("a hot pixel that compression has spread is missed, and the result says by which values", () => {
  const { masks, apply, result } = open(compressed());
  apply("", "1000");
  assert.equal(masks.at(-1).count, 0);
  assert.equal(result(), "0 pixels are masked, by the compressed values at that moment.");
});

test("the camera's own values show it", () => {
  const { masks, apply, result } = open(precise());
  apply("", "1000");
  assert.equal(masks.at(-1).count, 1);
  assert.equal(result(), "1 pixel is masked, by the camera's own values at that moment.");
});

test("a reduced picture says how many pixels it is the mean of", () => {
  const { apply, result } = open(compressed(2));
  apply("", "1000");
  assert.equal(result(), "0 pixels are masked, by the compressed values, means of 2 × 2 pixels, at that moment.");
});

test("limits compared with compressed values are compared once with the camera's own when these are there", () => {
  const { masks, show, result } = open(compressed(), "above:1000");
  assert.deepEqual(masks.map(({ count }) => count), [0]);
  show(precise());
  show(precise());
  assert.deepEqual(masks.map(({ count }) => count), [0, 1]);
  assert.match(result(), /the camera's own values/);
  show(compressed());
  assert.equal(masks.length, 2);
});

test("a part of the picture does not replace the mask of all of it", () => {
  const { masks, show } = open(compressed(), "above:1000");
  show(precise({ x: 4, y: 0, width: 12, height: 8 }));
  assert.equal(masks.length, 1);
});

test("limits that the camera's own values refuse are not tried with each frame", () => {
  const { masks, show, result, shown } = open(compressed(), "above:1000");
  show({ isPrecise: true, pixels: pixels(16, new Uint16Array(128).fill(2000)) });
  assert.match(result(), /All 128 pixels are marked as bad/);
  shown.unprocessed = () => assert.fail("tried again");
  show({});
  assert.equal(masks.length, 1);
});
