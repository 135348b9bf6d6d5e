import assert from "node:assert/strict";
import test from "node:test";

import { ReportSchedule } from "../../../web/static/js/stream/report-schedule.js";

const ALL_ARRIVED = { missed: 0, skipped: 0 };

/** Return how many of the frames drawn at these times are reported. */
function reported(reports, { frames, everyS, totals = () => ALL_ARRIVED, fromS = 100 }) {
  let count = 0;
  for (let n = 0; n < frames; n += 1) {
    count += reports.waitS(totals(n), fromS + n * everyS) > 0 ? 0 : 1;
  }
  return count;
}

/** Return a schedule whose watch has had its first frames. */
function settled() {
  const reports = new ReportSchedule();
  reported(reports, { frames: 8, everyS: 0.2, fromS: 0 });
  return reports;
}

test("a watch begins with eight quick reports, then sends one every two seconds", () => {
  const reports = new ReportSchedule();
  assert.equal(reported(reports, { frames: 29, everyS: 0.04 }), 8);
  assert.equal(reported(reports, { frames: 250, everyS: 0.04, fromS: 101.16 }), 4);
});

test("the last frame of a stream that stops is reported when the interval ends", () => {
  const reports = new ReportSchedule();
  reports.waitS(ALL_ARRIVED, 100);
  assert.equal(reports.waitS(ALL_ARRIVED, 100.05).toFixed(2), "0.10");
  assert.equal(reports.waitS(ALL_ARRIVED, 100.15), 0);
});

test("the next watch starts again with quick reports", () => {
  const reports = settled();
  reports.restart();
  assert.equal(reported(reports, { frames: 8, everyS: 0.2, fromS: 1.5 }), 8);
});

test("on a connection that carries every fifth frame each one is reported", () => {
  const totals = (n) => ({ missed: 4 * (n + 1), skipped: 0 });
  assert.equal(reported(settled(), { frames: 50, everyS: 0.2, totals }), 50);
});

test("after a missed frame eight are reported", () => {
  const reports = settled();
  const totals = () => ({ missed: 3, skipped: 0 });
  assert.equal(reported(reports, { frames: 40, everyS: 0.04, totals }), 8);
});

test("a screen that draws 60 of 100 frames a second reports four times a second", () => {
  const totals = (n) => ({ missed: 0, skipped: Math.floor((n * 2) / 3) });
  const count = reported(settled(), { frames: 600, everyS: 1 / 60, totals });
  assert.ok(count >= 35 && count <= 42, `${count}`);
});

test("a stream of one frame in ten seconds has each of them reported", () => {
  assert.equal(reported(settled(), { frames: 5, everyS: 10 }), 5);
});
