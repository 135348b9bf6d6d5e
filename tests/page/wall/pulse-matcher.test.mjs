import assert from "node:assert/strict";
import test from "node:test";

import { PulseMatcher } from "../../../web/static/js/wall/pulse-matcher.js";

const FRAME_S = 1 / 60;

/**
 * A wall whose animation frames come 60 times a second.
 * @param {[number, string, unknown][]} arrivals seconds, tile and pulse, in order
 * @returns all draws, by tile; the dropped frames; and each repaint
 */
function play(arrivals, { untilS = (arrivals.at(-1)?.[0] ?? 0) + 0.5, frameS = FRAME_S } = {}) {
  const matcher = new PulseMatcher();
  const draws = [];
  const dropped = [];
  const repaints = [];
  const rest = [...arrivals];
  for (let s = 0; s <= untilS; s += frameS) {
    while (rest.length && rest[0][0] <= s) {
      const [atS, tile, pulse] = rest.shift();
      dropped.push(...matcher.add(tile, pulse, { tile, pulse }, atS));
    }
    if (matcher.isWaiting) {
      const decision = matcher.decide(s);
      dropped.push(...decision.dropped);
      decision.draws.forEach(({ tile, item, waitS }) => draws.push({ s, tile, pulse: item.pulse, waitS }));
      if (decision.draws.length) {
        repaints.push({ s, isEqual: decision.isEqual, tiles: decision.draws.map(({ tile }) => tile).sort() });
      }
    }
  }
  const of = (tile) => draws.filter((draw) => draw.tile === tile).map(({ pulse }) => pulse);
  return { matcher, draws, dropped, repaints, of, endS: untilS };
}

/** @returns the arrivals of a camera: pulses of a step at a rate of ids, each late by delayS(index) */
function camera(tile, delayS, { count = 50, step = 4, idsPerS = 100, first = 1000, lost = () => false } = {}) {
  let lastS = 0;
  return Array.from({ length: count }, (_, n) => {
    lastS = Math.max(lastS, (n * step) / idsPerS + delayS(n));
    return [lastS, tile, first + n * step];
  }).filter((_, n) => !lost(n));
}

const inOrder = (...streams) => streams.flat().sort(([one], [other]) => one - other);
const after = (repaints, s) => repaints.filter((repaint) => repaint.s > s);
const share = (repaints) => repaints.filter(({ isEqual }) => isEqual).length / repaints.length;

test("a tile alone draws each frame as it arrives", () => {
  const { of, draws } = play(camera("a", () => 0));
  assert.equal(of("a").length, 50);
  assert.ok(draws.every(({ waitS }) => waitS <= FRAME_S));
});

test("two cameras with delays of 20 and 120 ms show the same pulses at once", () => {
  const { of, repaints, draws, dropped } = play(inOrder(camera("a", () => 0.02), camera("b", () => 0.115)));
  const later = after(repaints, 0.3);
  assert.equal(share(later), 1);
  assert.ok(later.every(({ tiles }) => tiles.join() === "a,b"));
  assert.deepEqual(of("a").slice(-40), of("b").slice(-40));
  assert.ok(dropped.length <= 3);
  const waits = draws.filter(({ s, tile }) => tile === "a" && s > 0.3).map(({ waitS }) => waitS);
  assert.ok(Math.min(...waits) >= 0.09 && Math.max(...waits) <= 0.12, `${waits}`);
});

for (const [rate, jitterS] of [[10, 0.01], [25, 0.003]]) {
  test(`delays of 20 and 120 ms at ${rate} Hz: 99 % of 1000 repaints are equal, with ${jitterS} s of jitter`, () => {
    const random = seeded(3);
    const late = (delayS) => () => delayS - jitterS * Math.log(1 - random());
    const options = { count: 1100, step: 100 / rate };
    const { repaints, draws } = play(inOrder(camera("a", late(0.02), options), camera("b", late(0.12), options)));
    const thousand = after(repaints, 1).slice(0, 1000);
    assert.equal(thousand.length, 1000);
    assert.ok(share(thousand) >= 0.99, `${share(thousand)}`);
    const waits = draws.filter(({ tile, s }) => tile === "a" && s > 1).map(({ waitS }) => waitS);
    const costS = waits.reduce((sum, waitS) => sum + waitS, 0) / waits.length;
    assert.ok(costS > 0.09 && costS < 0.12, `${costS}`);
  });
}

test("a frame that arrives just after its tile gave way is equal, and both go on together", () => {
  const delays = (n) => (n === 20 ? 0.155 : 0.1);
  const { repaints } = play(inOrder(camera("a", () => 0), camera("b", delays)), { untilS: 1.9 });
  assert.equal(after(repaints, 0.3).filter(({ isEqual }) => !isEqual).length, 1);
});

test("a camera of the same delay costs no wait", () => {
  const { draws } = play(inOrder(camera("a", () => 0.02), camera("b", () => 0.02)));
  assert.ok(draws.every(({ waitS }) => waitS <= FRAME_S));
});

test("a tile waits for 200 ms at most, in a slow stream", () => {
  const options = { step: 100, count: 20 };
  const { draws, of, repaints } = play(inOrder(camera("a", () => 0, options), camera("b", () => 0.35, options)));
  assert.ok(draws.every(({ waitS }) => waitS <= 0.2 + FRAME_S));
  assert.equal(of("a").length, 20);
  assert.equal(of("b").length, 20);
  assert.ok(share(repaints) > 0.4); // each b is late, and then equal until the next a
});

test("a tile holds three frames at most", () => {
  const { draws, of } = play(inOrder(camera("a", () => 0), camera("b", () => 0.15)));
  assert.ok(draws.every(({ waitS }) => waitS <= 0.12 + 2 * FRAME_S));
  assert.ok(of("a").length >= 45);
  assert.ok(of("b").length >= 45);
});

test("nobody waits for a tile that is too late, as long as it is", () => {
  const { draws } = play(inOrder(camera("a", () => 0), camera("b", () => 0.02), camera("c", () => 0.5)));
  const waits = draws.filter(({ s }) => s > 0.7).map(({ waitS }) => waitS);
  assert.ok(Math.max(...waits) <= 0.02 + 2 * FRAME_S, `${Math.max(...waits)}`);
});

test("a tile that is too late says so, and the others do not", () => {
  const arrivals = inOrder(camera("a", () => 0), camera("b", () => 0.02), camera("c", () => 0.5));
  const { matcher, endS } = play(arrivals, { untilS: 1.9 });
  assert.deepEqual(
    ["a", "b", "c"].map((tile) => matcher.relationOf(tile, endS).relation),
    ["same", "same", "other"],
  );
  assert.equal(matcher.pulse(endS), matcher.relationOf("a", endS).pulse);
});

test("a tile that stops shows another pulse than those that go on", () => {
  const arrivals = inOrder(camera("a", () => 0, { count: 100 }), camera("b", () => 0.02, { count: 100 }), camera("c", () => 0));
  const { matcher, endS } = play(arrivals, { untilS: 4 });
  assert.deepEqual(
    ["a", "b", "c"].map((tile) => matcher.relationOf(tile, endS).relation),
    ["same", "same", "other"],
  );
});

test("a tile that hangs for a moment is waited for again once it has caught up", () => {
  const hangs = (n) => (n >= 50 && n < 60 ? 0.05 + (60 - n) * 0.04 : 0.05);
  const { repaints } = play(inOrder(camera("a", () => 0, { count: 150 }), camera("b", hangs, { count: 150 })));
  assert.equal(share(after(repaints, 3)), 1);
  assert.ok(share(after(repaints, 0.3)) > 0.8);
});

test("a tile that stops holds the others up once", () => {
  const { draws, of } = play(inOrder(camera("a", () => 0, { count: 100 }), camera("b", () => 0.03)));
  const later = draws.filter(({ s, tile }) => tile === "a" && s > 2.3).map(({ waitS }) => waitS);
  assert.ok(Math.max(...later) <= FRAME_S);
  assert.ok(of("a").length >= 95);
});

test("a pulse that one camera lost is left out by the other", () => {
  const lost = (n) => n % 10 === 5;
  const { repaints, of } = play(inOrder(camera("a", () => 0), camera("b", () => 0.02, { lost })));
  assert.equal(share(after(repaints, 0.1)), 1);
  assert.deepEqual(of("a").slice(-20), of("b").slice(-20));
});

test("a camera of half the rate is matched by every second pulse", () => {
  const arrivals = inOrder(camera("a", () => 0), camera("b", () => 0.05, { step: 8, count: 25 }));
  const { repaints, of } = play(arrivals, { untilS: 2 });
  assert.equal(share(after(repaints, 0.4)), 1);
  assert.deepEqual(of("a").slice(-15), of("b").slice(-15));
});

test("a slow stream does not slow the others down", () => {
  const { of } = play(inOrder(camera("a", () => 0, { count: 200 }), camera("b", () => 0.05, { step: 100, count: 8 })));
  assert.ok(of("a").length >= 0.9 * 200);
  assert.equal(of("b").length, 8);
});

test("streams without pulses in common are drawn as they arrive", () => {
  const { draws, of, matcher, endS } = play(
    inOrder(camera("a", () => 0), camera("b", () => 0.01, { first: 1002 }), camera("c", () => 0, { first: 5e9 })),
  );
  assert.ok(draws.every(({ waitS }) => waitS <= FRAME_S));
  assert.deepEqual(["a", "b", "c"].map((tile) => of(tile).length), [50, 50, 50]);
  assert.equal(matcher.hasMatches(endS), false);
});

for (const [what, id] of [
  ["has no ids", () => null],
  ["repeats one id", () => 1000],
  ["counts down", (n) => 1000 - n],
  ["has ids as text", (n) => `1844674407370955${n}`],
]) {
  test(`a stream that ${what} is drawn as it arrives, and said to be so`, () => {
    const odd = Array.from({ length: 50 }, (_, n) => [n * 0.04, "odd", id(n)]);
    const { draws, of, matcher, repaints, endS } = play(
      inOrder(camera("a", () => 0), camera("b", () => 0.08), odd),
    );
    assert.equal(of("odd").length, 50);
    assert.ok(draws.filter(({ tile }) => tile === "odd").slice(3).every(({ waitS }) => waitS <= FRAME_S));
    assert.equal(matcher.relationOf("odd", endS).relation, "unsteady");
    const matched = after(repaints, 0.4).filter(({ tiles }) => tiles.includes("a"));
    assert.equal(share(matched), 1);
  });
}

test("when the machine starts again from 0, the tiles match again", () => {
  const again = (tile, delayS) => camera(tile, () => delayS, { first: 0 }).map(([s, ...rest]) => [s + 2, ...rest]);
  const { repaints, of } = play(
    inOrder(camera("a", () => 0), camera("b", () => 0.08), again("a", 0), again("b", 0.08)),
  );
  assert.equal(share(after(repaints, 2.4)), 1);
  assert.equal(of("a").at(-1), 49 * 4);
});

test("each frame is drawn or dropped, once, and in order", () => {
  const random = seeded(7);
  const arrivals = inOrder(
    ...["a", "b", "c", "d"].map((tile, n) =>
      camera(tile, () => 0.06 * n + 0.12 * random() ** 3, { count: 300, lost: () => random() < 0.05 }),
    ),
  );
  const { of, dropped, draws } = play(arrivals);
  assert.equal(draws.length + dropped.length, arrivals.length);
  for (const tile of ["a", "b", "c", "d"]) {
    assert.deepEqual(of(tile), [...of(tile)].sort((one, other) => one - other));
    assert.ok(of(tile).length > 120);
  }
  assert.ok(draws.every(({ waitS }) => waitS <= 0.2 + FRAME_S));
});

test("a screen that hangs gets the newest", () => {
  const { of, dropped } = play(inOrder(camera("a", () => 0), camera("b", () => 0.02)), { frameS: 0.4 });
  assert.equal(of("a").length + of("b").length + dropped.length, 100);
  assert.equal(of("a").at(-1), 1000 + 49 * 4);
});

test("a tile that is no longer watched is not waited for, and its frames are given back", () => {
  const matcher = new PulseMatcher();
  for (const pulse of [1, 2]) {
    for (const tile of ["a", "b"]) {
      matcher.add(tile, pulse, `${tile}${pulse}`, pulse / 10);
    }
    matcher.decide(pulse / 10);
  }
  matcher.add("a", 3, "a3", 0.3);
  matcher.add("b", 4, "b4", 0.3);

  assert.deepEqual(matcher.remove("b"), ["b4"]);
  assert.deepEqual(matcher.decide(0.31).draws.map(({ item }) => item), ["a3"]);
  assert.equal(matcher.isWaiting, false);
});

/** @returns a generator of numbers from 0 to 1 */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
