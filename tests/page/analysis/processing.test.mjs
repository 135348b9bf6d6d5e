import assert from "node:assert/strict";
import test from "node:test";

import { BadPixelMask } from "../../../web/static/js/analysis/bad-pixel-mask.js";
import { Processing } from "../../../web/static/js/analysis/processing.js";
import { pixels } from "./spots.mjs";

const CAMERA = { width: 2, height: 1 };
const MASK = new BadPixelMask(CAMERA, [1, 0]);

function element() {
  const listeners = {};
  return {
    value: "1",
    textContent: "",
    attributes: {},
    options: ["1", "4", "10"].map((value) => ({ value })),
    setAttribute(name, value) {
      this.attributes[name] = value;
    },
    addEventListener: (event, handler) => (listeners[event] = handler),
    fire: (event) => listeners[event](),
  };
}

function open({ mean = "" } = {}) {
  const elements = { average: element(), background: element(), "background-text": element() };
  const saved = { mean };
  const state = { isFrozen: false, reprocessed: 0, masks: 0 };
  const picture = { process: null, reprocess: () => (state.reprocessed += 1) };
  const processing = new Processing(
    {
      getById: (id) => elements[id],
      picture,
      preferences: { get: (key) => saved[key], set: (key, value) => (saved[key] = value) },
      isFrozen: () => state.isFrozen,
    },
    () => (state.masks += 1),
  );
  const show = (...values) => [...picture.process(pixels(2, Float64Array.from(values)), CAMERA).data];
  return { elements, saved, state, picture, processing, show };
}

test("values are processed only while something is set", () => {
  const { picture, processing, elements, saved } = open();
  assert.equal(picture.process, null);
  Object.assign(elements.average, { value: "4" }).fire("change");
  assert.notEqual(picture.process, null);
  assert.equal(saved.mean, "4");
  processing.reset();
  assert.equal(picture.process, null);
  assert.deepEqual(processing.summary, { frames: 1, background: "none", masked: 0 });
  assert.equal(saved.mean, "");
});

test("a mean from the link is set, and one that is not offered is ignored", () => {
  assert.equal(open({ mean: "10" }).processing.summary.frames, 10);
  assert.equal(open({ mean: "7" }).processing.summary.frames, 1);
});

test("bad pixels are masked, then frames averaged, then the background subtracted", () => {
  const { elements, processing, show } = open();
  elements.background.fire("click");
  assert.equal(elements["background-text"].textContent, "Background 0/10");
  for (let frame = 0; frame < 10; frame += 1) {
    show(1, 2);
  }
  processing.updateControls();
  assert.equal(elements["background-text"].textContent, "− Background");
  Object.assign(elements.average, { value: "4" }).fire("change");
  processing.mask = MASK;
  show(5, 12);
  assert.deepEqual(show(5, 22), [NaN, 15]);
});

test("past pictures are neither averaged nor collected", () => {
  const { elements, state, processing, show } = open({ mean: "4" });
  show(10, 10);
  state.isFrozen = true;
  assert.deepEqual(show(20, 20), [20, 20]);
  elements.background.fire("click");
  show(20, 20);
  processing.updateControls();
  assert.equal(elements["background-text"].textContent, "Background 0/10");
});

test("a mask is applied to the picture that is shown, unless that would add the frame to a mean twice", () => {
  const { elements, state, processing } = open();
  processing.mask = MASK;
  assert.deepEqual([state.reprocessed, state.masks], [1, 1]);
  Object.assign(elements.average, { value: "4" }).fire("change");
  processing.mask = null;
  assert.deepEqual([state.reprocessed, state.masks], [1, 2]);
  state.isFrozen = true;
  processing.mask = MASK;
  assert.equal(state.reprocessed, 2);
});
