import assert from "node:assert/strict";
import test from "node:test";

import { CatchUp } from "../../../web/static/js/board/catch-up.js";

/** Time that passes when told; what was asked and when; how each question is answered. */
class Scene {
  now = 10;
  /** @type {[number, boolean][]} */
  asked = [];
  helped = true;
  #timers = [];

  constructor() {
    this.catchUp = new CatchUp(async (all) => {
      this.asked.push([this.now, all]);
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

test("all is asked for at once when there is a server", async () => {
  const scene = new Scene();
  scene.catchUp.request(true);
  await scene.pass(5);
  assert.deepEqual(scene.asked, []);
  scene.catchUp.setEnabled(true);
  await scene.pass(0);
  assert.deepEqual(scene.asked, [[15, true]]);
});

test("what is wanted meanwhile is one question, a second and a half later", async () => {
  const scene = new Scene();
  scene.catchUp.setEnabled(true);
  scene.catchUp.request(true);
  await scene.pass(0.1);
  for (let many = 0; many < 50; many += 1) scene.catchUp.request(false);
  await scene.pass(9);
  assert.deepEqual(scene.asked, [[10, true], [11.5, false]]);
});

test("who wants all while some is waited for gets all", async () => {
  const scene = new Scene();
  scene.catchUp.setEnabled(true);
  scene.catchUp.request(true);
  await scene.pass(0.1);
  scene.catchUp.request(false);
  scene.catchUp.request(true);
  scene.catchUp.request(false);
  await scene.pass(9);
  assert.deepEqual(scene.asked.map(([, all]) => all), [true, true]);
});

test("answers that do not help are asked for less and less often, until one helps", async () => {
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
  assert.ok(scene.asked.length <= 8, String(scene.asked.length));
  scene.helped = true;
  await keepsWanting(100);
  assert.ok(scene.asked.length >= 40, String(scene.asked.length));
});

test("nothing is asked while there is no server, and all that was wanted when there is one again", async () => {
  const scene = new Scene();
  scene.catchUp.setEnabled(true);
  scene.catchUp.request(true);
  await scene.pass(0.1);
  scene.catchUp.request(false);
  scene.catchUp.setEnabled(false);
  await scene.pass(60);
  assert.equal(scene.asked.length, 1);
  scene.catchUp.setEnabled(true);
  await scene.pass(1);
  assert.equal(scene.asked.length, 2);
});
