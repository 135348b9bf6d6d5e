import assert from "node:assert/strict";
import test from "node:test";

import { LinkQuality } from "../../../web/static/js/stream/link-quality.js";

/** A page with a connection, in steps of one published frame. */
class Simulated {
  nowS = 0;
  quality = new LinkQuality(2);
  totals = { missed: 0, skipped: 0, busyS: 0 };
  changes = [];
  #credit = 0;

  constructor() {
    this.quality.restart(0);
  }

  /**
   * @param {number} seconds
   * @param {(steps: number) => number} carries which share of a rendition's frames the connection carries
   */
  run(seconds, carries, { fps = 25, skips = 0, busy = 0, atLeast = 0 } = {}) {
    for (const endS = this.nowS + seconds; this.nowS < endS; this.nowS += 1 / fps) {
      const steps = Math.max(this.quality.steps, atLeast);
      this.#credit += Math.min(1, carries(steps));
      this.totals.busyS += busy / fps;
      if (this.#credit < 1) {
        this.totals.missed += 1;
        continue;
      }
      this.#credit -= 1;
      this.totals.skipped += skips;
      const before = this.quality.steps;
      this.quality.onFrame(this.totals, steps, this.nowS);
      if (this.quality.steps !== before) {
        this.changes.push({ s: this.nowS, to: this.quality.steps });
        this.quality.restart(this.nowS);
      }
    }
    return this;
  }
}

const fast = () => 1;
const carries = (full) => (steps) => full * 4 ** steps;

test("a fast connection keeps the full picture", () => {
  assert.deepEqual(new Simulated().run(600, fast).changes, []);
});

test("a slow connection gets a smaller picture within six seconds, in as many steps as necessary", () => {
  const page = new Simulated().run(6, carries(0.2));
  assert.equal(page.quality.steps, 1);
  assert.equal(new Simulated().run(12, carries(0.05)).quality.steps, 2);
});

test("a connection that carries most of the frames keeps its picture", () => {
  const page = new Simulated().run(300, carries(0.7));
  assert.deepEqual(page.changes, []);
  assert.equal(page.quality.isTooSlow, false);
});

test("a connection that becomes fast again gets the full picture after a calm time", () => {
  const page = new Simulated().run(12, carries(0.05)).run(120, fast);
  assert.equal(page.quality.steps, 0);
});

test("a connection that stays slow is tried at growing intervals", () => {
  const page = new Simulated().run(3600, carries(0.3));
  const tries = page.changes.filter(({ to }) => to === 0).map(({ s }) => s);
  assert.ok(tries.length <= 10, `${tries}`);
  const pauses = tries.slice(1).map((s, index) => s - tries[index]);
  assert.ok(pauses.every((pause, index) => index === 0 || pause >= pauses[index - 1] * 0.95), `${pauses}`);
  assert.ok(pauses.at(-1) > 500, `${pauses}`);
});

test("a successful attempt resets the interval between attempts", () => {
  const page = new Simulated().run(600, carries(0.3)).run(900, fast).run(12, carries(0.3));
  assert.equal(page.quality.steps, 1);
  const fromS = page.nowS;
  page.run(60, fast);
  assert.ok(page.changes.at(-1).s - fromS < 30);
  assert.equal(page.quality.steps, 0);
});

test("a connection that varies does not make the picture flap", () => {
  const page = new Simulated();
  for (let minute = 0; minute < 30; minute += 1) {
    page.run(5, carries(0.3)).run(55, fast);
  }
  assert.ok(page.changes.length <= 60, `${page.changes.length}`);
  const perMinute = page.changes.filter(({ s }) => s > 1200).length / 10;
  assert.ok(perMinute <= 2, `${perMinute}`);
});

test("the smallest picture stays, and the connection is reported as too slow", () => {
  const page = new Simulated().run(60, carries(0.01));
  assert.equal(page.quality.steps, 2);
  assert.equal(page.quality.isTooSlow, true);
  assert.ok(Math.abs(page.quality.share - 0.16) < 0.05, `${page.quality.share}`);
});

test("a page that is itself too slow does not blame the connection", () => {
  assert.deepEqual(new Simulated().run(60, carries(0.3), { skips: 1 }).changes, []);
  assert.deepEqual(new Simulated().run(60, carries(0.3), { busy: 0.9 }).changes, []);
});

test("a slow page and a slow connection are told apart", () => {
  const slow = (options) => new Simulated().run(10, carries(0.3), { atLeast: 0, ...options }).quality;
  assert.deepEqual([slow({ busy: 0.9 }).isPageSlow, slow({ busy: 0.9 }).isTooSlow], [true, false]);
  assert.equal(new Simulated().run(60, () => 0.1).quality.isPageSlow, false);
});

test("a small window on a slow connection goes one step below what it shows", () => {
  const page = new Simulated().run(6, () => 0.3, { atLeast: 1 });
  assert.equal(page.quality.steps, 2);
});

test("a small picture that arrives does not prove that a large one would", () => {
  const page = new Simulated().run(6, carries(0.3)).run(600, fast, { atLeast: 2 });
  assert.equal(page.quality.steps, 1);
});

test("a stream of one frame a second is judged when there are enough of them", () => {
  const page = new Simulated().run(8, carries(0.3), { fps: 1 });
  assert.equal(page.quality.steps, 0);
  page.run(12, carries(0.3), { fps: 1 });
  assert.equal(page.quality.steps, 1);
});

/** Tick four times a second while no frame arrives. */
function wait(quality, { fromS = 100, seconds, perSecond, everyS = 0.25 }) {
  for (let s = fromS; s < fromS + seconds; s += everyS) {
    quality.onIdle(perSecond, quality.steps, s);
  }
}

test("a connection that carries not even one frame in five seconds gets a smaller one", () => {
  const quality = new LinkQuality(2);
  quality.restart(100);
  wait(quality, { seconds: 5, perSecond: 25 });
  assert.deepEqual([quality.steps, quality.isTooSlow, quality.share], [1, true, 0]);
});

test("a stream that sends nothing is not blamed on the connection", () => {
  const quality = new LinkQuality(2);
  quality.restart(100);
  wait(quality, { seconds: 60, perSecond: 0 });
  wait(quality, { fromS: 160, seconds: 60, perSecond: 0.1 });
  assert.equal(quality.steps, 0);
});

test("a page that was suspended for a minute does not blame the connection", () => {
  const quality = new LinkQuality(2);
  quality.restart(100);
  wait(quality, { seconds: 120, perSecond: 25, everyS: 60 });
  assert.equal(quality.steps, 0);
});

test("a frame that arrives ends the idle time", () => {
  const quality = new LinkQuality(2);
  quality.restart(100);
  for (let s = 101; s < 160; s += 2) {
    wait(quality, { fromS: s, seconds: 2, perSecond: 25 });
    quality.onFrame({ missed: 0, skipped: 0, busyS: 0 }, 0, s + 1.9);
  }
  assert.equal(quality.steps, 0);
});
