/**
 * The canvas, the overlay and the values under the pointer agree, for any sequence of frames. Each check
 * reads the canvas as a browser would place it: its pixels, size and transform.
 */

import assert from "node:assert/strict";
import test from "node:test";

import { FakeCanvas, fakeBitmap, fakeStage } from "./fake-page.mjs";
import { RunningAverage } from "../../../web/static/js/analysis/average.js";
import { Background } from "../../../web/static/js/analysis/background.js";
import { DisplaySettings } from "../../../web/static/js/picture/display-settings.js";
import { Picture } from "../../../web/static/js/picture/picture.js";
import { BadPixels } from "../../../web/static/js/picture/bad-pixels.js";
import { levelValue } from "../../../web/static/js/picture/transfer.js";
import { assertSame, body, header, picture as values } from "./samples.mjs";

/** odd, so that the last samples of a reduced picture cover less than the others */
const CAMERA = { width: 61, height: 37 };
const OTHER = { width: 40, height: 50 };
const STAGE = { width: 300, height: 200 };
const FLAT = 10;
const VIEWS = ["fit", "fitr1", "fitr2m", "fitr3m", "12@20.0,15.0", "9.5@44.5,20.5r1", "11@30.0,18.0r2", "3.3@1.0,1.0m"];

const level = (/** @type {number} */ x, /** @type {number} */ y) => (7 * x + 13 * y) % 241;

/** A JPEG of the picture. `truth`: the value of a camera pixel, as it is displayed. */
function jpeg(reduced, { camera = CAMERA, levelOf = level } = {}) {
  const width = Math.ceil(camera.width / reduced);
  const height = Math.ceil(camera.height / reduced);
  const bitmap = fakeBitmap(width, height, levelOf);
  return {
    decoded: { bitmap, isColour: false, pixels: null, bad: null },
    image: { channel: "image", format: "jpeg", width, height, reduced, dtype: "uint8", min: 0, max: 255 },
    camera,
    truth: (x, y) => levelOf(Math.floor(x / reduced), Math.floor(y / reduced)),
  };
}

/** The same in levels on a logarithmic scale. */
function logarithmic(reduced) {
  const { truth, image, ...frame } = jpeg(reduced);
  const onLog = { ...image, min: -20, max: 250, scale: "log", log_gain: 1000 };
  return { ...frame, image: onLog, truth: (x, y) => levelValue(truth(x, y), onLog) };
}

/** The same with bad pixels, in cells of some samples. */
function damaged(frame, cell = 1) {
  const columns = Math.ceil(frame.image.width / cell);
  const runs = [0, 1, columns - 1, columns + 2, 3 * columns, 4 * columns];
  const bad = new BadPixels(runs, cell, frame.image.width);
  const { reduced } = frame.image;
  const isBad = (x, y) => bad.has(Math.floor(x / reduced), Math.floor(y / reduced));
  const truth = (x, y) => (isBad(x, y) ? NaN : frame.truth(x, y));
  return { ...frame, decoded: { ...frame.decoded, bad }, image: { ...frame.image, n_bad: 9 }, truth, isBad, under: frame.truth };
}

/** Some of the camera's own values. */
function precise({ left, top, right, bottom }, { camera = CAMERA, levelOf = level } = {}) {
  const width = right - left;
  const height = bottom - top;
  const data = Uint8Array.from({ length: width * height }, (_, index) =>
    levelOf(left + (index % width), top + Math.floor(index / width)),
  );
  const pixels = { x: left, y: top, pitch: 1, width, height, data, offset: 0, scale: 1, missing: 0 };
  const isThere = (x, y) => x >= left && x < right && y >= top && y < bottom;
  return {
    decoded: { bitmap: null, isColour: false, pixels, bad: null },
    image: { channel: "image", format: "tiles", ...camera, reduced: 1, dtype: "uint16", min: 0, max: 255 },
    camera,
    truth: (x, y) => (isThere(x, y) ? levelOf(x, y) : null),
  };
}

const whole = ({ width, height }) => ({ left: 0, top: 0, right: width, bottom: height });

/** A frame with an average; two equal frames are their own mean. */
function averaged(frame) {
  const average = new RunningAverage();
  average.set(4);
  return { ...frame, process: (pixels) => average.add(pixels) };
}

/** A frame with a uniform background subtracted. */
function without(frame) {
  const background = new Background();
  const process = (pixels) => {
    if (background.state === "none") {
      background.collect(1);
      background.add({ ...pixels, data: new Float32Array(pixels.data.length).fill(FLAT), offset: 0, scale: 1 });
    }
    return background.subtract(pixels);
  };
  const truth = (x, y) => (frame.truth(x, y) === null ? null : frame.truth(x, y) - FLAT);
  return { ...frame, process, truth };
}

const TILE = { left: 16, top: 0, right: 32, bottom: 16 };
const TWO_TILES = { left: 16, top: 0, right: 48, bottom: 16 };
const LAST_TILES = { left: 32, top: 16, right: 61, bottom: 37 };
const FRAMES = {
  "JPEG full": () => jpeg(1),
  "JPEG half": () => jpeg(2),
  "JPEG quarter": () => jpeg(4),
  "log JPEG full": () => logarithmic(1),
  "log JPEG quarter": () => logarithmic(4),
  "JPEG with bad pixels": () => damaged(jpeg(1)),
  "half with bad cells": () => damaged(jpeg(2), 2),
  "log half with bad pixels": () => damaged(logarithmic(2)),
  "precise, whole": () => precise(whole(CAMERA)),
  "precise, one tile": () => precise(TILE),
  "precise, two tiles": () => precise(TWO_TILES),
  "precise, the last tiles": () => precise(LAST_TILES),
  "averaged JPEG": () => averaged(jpeg(1)),
  "averaged half": () => averaged(jpeg(2)),
  "averaged log JPEG": () => averaged(logarithmic(1)),
  "averaged JPEG with bad pixels": () => averaged(damaged(jpeg(1))),
  "averaged tiles": () => averaged(precise(TWO_TILES)),
  "JPEG without background": () => without(jpeg(1)),
  "quarter without background": () => without(jpeg(4)),
  "tiles without background": () => without(precise(TILE)),
  "JPEG of another size": () => jpeg(1, { camera: OTHER }),
  "half of another size": () => jpeg(2, { camera: OTHER }),
  "precise of another size": () => precise(whole(OTHER), { camera: OTHER }),
};

/** Values from logarithmic levels are kept in single precision. */
function assertClose(found, known, text) {
  const isSame = Object.is(found, known) || Math.abs(found - known) < 1e-4;
  assert.ok(isSame && (found === null) === (known === null), `${found} for ${known} ${text ?? ""}`);
}

/** A picture on a page; each placement it announces is checked immediately. */
class Page {
  stage = fakeStage(STAGE);
  canvas = new FakeCanvas();
  exact = new FakeCanvas();
  look = new DisplaySettings();
  placements = 0;
  #now = 0;
  #frame = null;

  constructor(view = "fit") {
    this.look.levels.setFixed(0, 255);
    this.picture = new Picture(this.stage, this.canvas, this.look, "2d", this.exact);
    assert.ok(this.picture.viewport.fromText(view));
    this.picture.onPlacement = () => {
      this.placements += 1;
      this.check();
    };
  }

  show(frame) {
    this.#frame = frame;
    this.picture.process = frame.process ?? null;
    this.picture.show(frame.decoded, frame.image, frame.camera, (this.#now += 0.05));
    this.check();
  }

  /** Process the displayed picture as that of a frame. */
  process(frame) {
    this.#frame = frame;
    this.picture.process = frame.process ?? null;
    this.picture.reprocess();
    this.check();
  }

  /** The visible canvas, its colours, and where the browser places it. */
  get visibleCanvas() {
    const canvas = this.stage.classes.has("values") ? this.exact : this.canvas;
    const [a, b, c, d, e, f] = /^matrix\((.+)\)$/.exec(canvas.style.transform)[1].split(",").map(Number);
    const px = (text) => Number(/^(.+)px$/.exec(text)[1]);
    const size = { width: px(canvas.style.width), height: px(canvas.style.height) };
    const clip = /^inset\(0 (.+)px (.+)px 0\)$/.exec(canvas.style.clipPath || "inset(0 0px 0px 0)");
    const area = a * d - b * c;
    const under = (x, y) => ({
      x: (d * (x - e) - c * (y - f)) / area,
      y: (a * (y - f) - b * (x - e)) / area,
    });
    return {
      /** the grey of a point of the stage; null: the canvas is not there */
      greyAt(x, y) {
        const at = under(x, y);
        const isThere =
          at.x >= 0 && at.x < size.width - Number(clip[1]) && at.y >= 0 && at.y < size.height - Number(clip[2]);
        const column = Math.floor((at.x / size.width) * canvas.width);
        const row = Math.floor((at.y / size.height) * canvas.height);
        return isThere ? canvas.rgba[4 * (row * canvas.width + column)] : null;
      },
    };
  }

  /** Check at the centres of camera pixels, and around the picture. */
  check() {
    const { truth, camera } = this.#frame;
    const { picture, visibleCanvas } = this;
    const { placement } = picture;
    assert.deepEqual(placement.camera, camera);
    for (let y = -2; y < camera.height + 3; y += 4) {
      for (let x = -2; x < camera.width + 3; x += 4) {
        const at = placement.toPlace(x + 0.5, y + 0.5);
        const isInside = x >= 0 && y >= 0 && x < camera.width && y < camera.height;
        const value = isInside ? truth(x, y) : null;
        const drawn = Number.isNaN(value) && !this.#frame.process ? this.#frame.under(x, y) : value;
        const grey = value === null ? null : Math.round(Math.max(0, drawn || 0));
        assert.equal(visibleCanvas.greyAt(at.x, at.y), grey, `colour of pixel ${x}, ${y}`);
        const pixel = placement.pixelAt(at.x, at.y);
        const displayed = pixel && picture.valueAt(pixel);
        assert.deepEqual(displayed && [displayed.x, displayed.y], value === null ? null : [x, y]);
        assertClose(displayed?.values[0] ?? null, value);
        assertClose(picture.valueAt({ x, y })?.values[0] ?? null, value);
      }
    }
    this.#checkPixels(placement);
  }

  /** Check the values from which regions are measured. */
  #checkPixels(placement) {
    const { truth, camera } = this.#frame;
    const pixels = this.picture.pixels({ left: 17, top: 3, right: 25, bottom: 11 });
    const { x, y, pitch, width, data, offset, scale } = pixels;
    for (const [column, row] of [[0, 0], [1, 0], [0, 1], [width - 1, pixels.height - 1]]) {
      const [left, top] = [x + column * pitch, y + row * pitch];
      assertClose(offset + scale * data[row * width + column], truth(left, top), `sample at ${left}, ${top}`);
    }
    assert.ok(placement.contains({ x, y }) && pixels.width * pitch < camera.width + pitch);
  }
}

for (const view of VIEWS) {
  test(`canvas, overlay and values agree after any other frame: ${view}`, () => {
    for (const [before, made] of Object.entries(FRAMES)) {
      for (const [after, next] of Object.entries(FRAMES)) {
        const page = new Page(view);
        try {
          page.show(made());
          page.show(next());
        } catch (error) {
          error.message = `${after} after ${before}: ${error.message}`;
          throw error;
        }
        assert.ok(page.placements >= 2);
      }
    }
  });
}

for (const name of ["JPEG full", "JPEG half", "log JPEG full", "precise, two tiles"]) {
  test(`a picture that is still shown is processed again, and shown as it was: ${name}`, () => {
    const page = new Page();
    const frame = FRAMES[name]();
    page.show(frame);
    const process = (pixels) => ({ ...pixels, data: pixels.data.map(() => 40), offset: 0, scale: 1 });
    page.process({ ...frame, process, truth: (x, y) => (frame.truth(x, y) === null ? null : 40) });
    assert.ok(page.picture.isProcessed);
    page.process(frame);
    assert.ok(!page.picture.isProcessed);
  });
}

for (const [name, made] of Object.entries(FRAMES)) {
  test(`a frozen picture follows view, stage and screen: ${name}`, () => {
    const page = new Page();
    const { picture, stage } = page;
    page.show(made());
    const { viewport } = picture;
    for (const change of [
      () => viewport.turn(1),
      () => viewport.zoomBy(3, { x: 100, y: 80 }),
      () => viewport.panBy(-30, 12),
      () => viewport.mirror("x"),
      () => viewport.mirror("y"),
      () => viewport.actual(),
      () => viewport.fit(),
    ]) {
      const before = page.placements;
      change();
      picture.place();
      page.check();
      assert.ok(page.placements > before);
    }
    Object.assign(stage, { clientWidth: 123, clientHeight: 457 });
    stage.resized();
    page.check();
    window.devicePixelRatio = 1.5;
    stage.resized();
    window.devicePixelRatio = 1;
    page.check();
  });

  test(`a status with another size does not move the picture: ${name}`, () => {
    const page = new Page("9.5@20.5,20.5r1");
    page.show(made());
    const before = page.picture.viewport.placement.matrix;
    page.picture.drawnSize({ width: 1280, height: 960 });
    assert.deepEqual(page.picture.viewport.placement.matrix, before);
    page.check();
  });
}

test("decoded frames that are discarded do not change the displayed one", async () => {
  const image = { ...header.image, channel: "image", format: "tiles" };
  const [[, , ...one], [, , ...other], ...rest] = image.tiles;
  const exchanged = { ...image, tiles: [[0, 0, ...other], [1, 0, ...one], ...rest] };
  const page = new Page();
  const { picture } = page;
  page.look.levels.setFixed(0, 65535);
  picture.onPlacement = () => {};
  picture.show(await picture.decoder.decode({ header: { image }, body }), image, image, 0);
  const colours = page.exact.rgba.slice();

  for (let more = 0; more < 9; more += 1) {
    picture.decoder.discard(await picture.decoder.decode({ header: { image: exchanged }, body }));
  }

  picture.redraw();
  assertSame(page.exact.rgba, colours);
  assert.deepEqual(picture.valueAt({ x: 3, y: 2 }).values, [values(image)[2 * image.width + 3]]);
});

test("a bad pixel says in which square of camera pixels it is, others and precise ones do not", () => {
  const { picture } = new Page();
  picture.onPlacement = () => {};
  const badSide = (frame, x, y) => {
    picture.show(frame.decoded, frame.image, frame.camera, 0);
    return picture.valueAt({ x, y }).badSide;
  };
  assert.equal(badSide(damaged(jpeg(1)), 0, 0), 1);
  assert.equal(badSide(damaged(jpeg(2), 2), 3, 1), 4);
  assert.equal(badSide(damaged(jpeg(1)), 5, 0), undefined);
  assert.equal(badSide(precise(whole(CAMERA)), 0, 0), undefined);
});

test("the automatic range follows a change between compressed and precise values at once, however small", () => {
  const { picture, look } = new Page();
  picture.onPlacement = () => {};
  look.levels.setAuto();
  const show = (frame, high, now) => {
    picture.rangeOf = { box: () => ({ left: 0, top: 0, right: 3, bottom: 3 }), range: () => ({ low: 100, high }) };
    picture.show(frame.decoded, frame.image, frame.camera, now);
    return look.levels.high;
  };

  assert.equal(show(jpeg(1), 4104, 0), 4104);
  assert.equal(show(precise(whole(CAMERA)), 4100, 0.01), 4100);
  assert.equal(show(precise(whole(CAMERA)), 4096, 1), 4100, "one frame differs little from the next");
  assert.equal(show(jpeg(1), 4104, 1.01), 4104);
});

test("bad pixels are not counted, and a picture of nothing else has no counts and keeps its range", () => {
  const { picture, look } = new Page();
  picture.onPlacement = () => {};
  const { decoded, image, camera } = damaged(jpeg(1));
  let bad = 0;
  for (const [from, to] of decoded.bad.within({ left: 0, top: 0, ...CAMERA })) {
    bad += to - from;
  }
  look.levels.setAuto();
  picture.show(decoded, image, camera, 0);
  assert.equal(picture.counts.counts.reduce((sum, count) => sum + count), CAMERA.width * CAMERA.height - bad);
  const range = [look.levels.low, look.levels.high];

  picture.show({ ...decoded, bad: new BadPixels([0, 1], 61, 61) }, image, camera, 9);

  assert.equal(Math.max(...picture.counts.counts), 0);
  assert.deepEqual([look.levels.low, look.levels.high], range);
});

test("marks show bad pixels of a JPEG too", () => {
  const page = new Page();
  page.picture.onPlacement = () => {};
  page.look.marks = true;
  const { decoded, image, camera } = damaged(jpeg(1));

  page.picture.show(decoded, image, camera, 0);

  assert.deepEqual([...page.exact.rgba.subarray(0, 4)], [0, 200, 255, 255]);
  assert.deepEqual([...page.exact.rgba.subarray(4, 8)], [7, 7, 7, 255]);
});

test("a picture is precise while the camera's own values are there, processed or not", () => {
  const { picture } = new Page();
  picture.onPlacement = () => {};
  assert.equal(picture.isPrecise, false);
  const isPrecise = (frame) => {
    picture.process = frame.process ?? null;
    picture.show(frame.decoded, frame.image, frame.camera, 0);
    return picture.isPrecise;
  };
  assert.equal(isPrecise(jpeg(1)), false);
  assert.equal(isPrecise(precise(TWO_TILES)), true);
  assert.equal(isPrecise(averaged(precise(TWO_TILES))), true);
  assert.equal(isPrecise(averaged(jpeg(1))), false);
});
