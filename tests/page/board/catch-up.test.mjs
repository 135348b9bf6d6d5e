import assert from "node:assert/strict";
import test from "node:test";

import { CatchUp } from "../../../web/static/js/board/catch-up.js";

/** A simulated clock, the fetches with their times, and whether they help. */
class Scene {
  now = 10;
  /** @type {[number, boolean][]} */
  fetches = [];
  helped = true;
  #timers = [];

  constructor() {
    this.catchUp = new CatchUp(async (all) => {
      this.fetches.push([this.now, all]);
      return this.helped;
    }, {
      start: (run, ms) => {
        const timer = { run, at: this.now + ms / 1000 };
        this.#timers.push(timer);
        return timer;
      },
      stop: (timer) => (this.#timers = this.#timers.filter((other) => other !== timer)),
      random: () => 0,
      nowS: () => this.now,
    });
  }

  /** @param {number} seconds */
  async pass(seconds) {
    const end = this.now + seconds;
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.now = Math.max(this.now, next.at);
      next.run();
      await new Promise((done) => setImmediate(done));
    }
    this.now = end;
  }
}

test("all cards are fetched as soon as there is a connection", async () => {
  const scene = new Scene();
  scene.catchUp.request(true);
  await scene.pass(5);
  assert.deepEqual(scene.fetches, []);
  scene.catchUp.setEnabled(true);
  await scene.pass(0);
  assert.deepEqual(scene.fetches, [[15, true]]);
});

test("requests in the meantime lead to one fetch, 1.5 s later", async () => {
  const scene = new Scene();
  scene.catchUp.setEnabled(true);
  scene.catchUp.request(true);
  await scene.pass(0.1);
  for (let many = 0; many < 50; many += 1) scene.catchUp.request(false);
  await scene.pass(9);
  assert.deepEqual(scene.fetches, [[10, true], [11.5, false]]);
});

test("a request for all cards overrides one for the incomplete ones", async () => {
  const scene = new Scene();
  scene.catchUp.setEnabled(true);
  scene.catchUp.request(true);
  await scene.pass(0.1);
  scene.catchUp.request(false);
  scene.catchUp.request(true);
  scene.catchUp.request(false);
  await scene.pass(9);
  assert.deepEqual(scene.fetches.map(([, all]) => all), [true, true]);
});

test("while answers do not help, the interval grows", async () => {
  const scene = new Scene();
  scene.helped = false;
  scene.catchUp.setEnabled(true);
  const keepsWanting = async (seconds) => {
    for (let passed = 0; passed < seconds; passed += 0.5) {
      scene.catchUp.request(false);
      await scene.pass(0.5);
    }
  };
  await keepsWanting(100);
  assert.ok(scene.fetches.length <= 8, String(scene.fetches.length));
  scene.helped = true;
  await keepsWanting(100);
  assert.ok(scene.fetches.length >= 40, String(scene.fetches.length));
});

test("without a connection nothing is fetched; afterwards the request is made up for", async () => {
  const scene = new Scene();
  scene.catchUp.setEnabled(true);
  scene.catchUp.request(true);
  await scene.pass(0.1);
  scene.catchUp.request(false);
  scene.catchUp.setEnabled(false);
  await scene.pass(60);
  assert.equal(scene.fetches.length, 1);
  scene.catchUp.setEnabled(true);
  await scene.pass(1);
  assert.equal(scene.fetches.length, 2);
});
