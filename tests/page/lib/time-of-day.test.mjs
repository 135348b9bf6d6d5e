import assert from "node:assert/strict";
import test from "node:test";

process.env.TZ = "Europe/Zurich";
const { isTime, formatTimeOfDay, formatTimes, timeTicks } = await import("../../../web/static/js/lib/time-of-day.js");

const AT_S = new Date(2026, 10, 21, 9, 5, 7, 258).getTime() / 1000;

for (const [stepS, text] of [
  [3600, "09:05"],
  [60, "09:05"],
  [30, "09:05:07"],
  [1, "09:05:07"],
  [0.5, "09:05:07.2"],
  [0.25, "09:05:07.25"],
  [0.1, "09:05:07.2"],
  [0.05, "09:05:07.25"],
  [0.001, "09:05:07.258"],
]) {
  test(`times ${stepS} s apart are formatted as ${text}`, () => {
    assert.equal(formatTimeOfDay(AT_S, stepS), text);
  });
}

test("times that are days apart are formatted as days", () => {
  assert.equal(formatTimeOfDay(AT_S, 86_400), "21 Nov");
});

const S = (...parts) => new Date(...parts).getTime() / 1000;
const DAY = 86_400;

for (const [what, low, span, text] of [
  ["seconds", S(2026, 10, 29, 23, 6, 40), 5, "23:06:40 23:06:41 23:06:42 23:06:43 23:06:44 23:06:45"],
  ["milliseconds", S(2026, 10, 29, 23, 6, 40), 0.004, "23:06:40.000 23:06:40.001 23:06:40.002 23:06:40.003 23:06:40.004"],
  ["hours over midnight", S(2026, 10, 29, 22), 5 * 3600, "22:00,23:00,30 Nov,01:00,02:00,03:00"],
  ["a day and a half", S(2026, 10, 29, 23), 36 * 3600, "30 Nov,30 Nov 06:00,30 Nov 12:00,30 Nov 18:00,1 Dec,1 Dec 06:00"],
  ["days", S(2026, 11, 29, 6), 5 * DAY, "30 Dec,31 Dec,1 Jan,2 Jan,3 Jan"],
  ["months", S(2026, 9, 5), 140 * DAY, "Nov 2026,Dec 2026,Jan 2027,Feb 2027"],
  ["years", S(2026, 9, 5), 5 * 365 * DAY, "2027,2028,2029,2030,2031"],
  ["the hour that comes twice", S(2026, 9, 25, 1), 2.5 * 3600, "01:00,01:30,02:00 UTC+2,02:30 UTC+2,02:00 UTC+1,02:30 UTC+1"],
  ["the hour that is left out", S(2026, 2, 29, 0), 4 * 3600, "29 Mar,01:00,03:00,04:00,05:00"],
]) {
  test(`the ticks of ${what} are formatted as ${text}`, () => {
    const { values, texts } = timeTicks(low, low + span, 6);
    assert.deepEqual(texts, text.split(text.includes(",") ? "," : " "));
    assert.ok(values.every((value, index) => value >= low && value <= low + span && (index === 0 || value > values[index - 1])));
  });
}

test("for any span and season the ticks are few and distinct", () => {
  for (const month of [0, 2, 5, 9]) {
    for (let span = 0.005; span < 111 * 365 * DAY; span *= 1.7) {
      for (const most of [2, 5, 10]) {
        const low = S(1990, month, 24, 20, 11, 7.3);
        const { texts } = timeTicks(low, low + span, most);
        assert.ok(texts.length <= most + 2, `${span}: ${texts}`);
        assert.equal(new Set(texts).size, texts.length, `${span}: ${texts}`);
      }
    }
  }
});

test("texts of times are as short as possible while distinct", () => {
  assert.deepEqual(formatTimes([S(2026, 0, 1), S(2026, 0, 2)]), ["1 Jan", "2 Jan"]);
  assert.deepEqual(formatTimes([S(2026, 0, 1), S(2027, 0, 1)]), ["1 Jan 2026", "1 Jan 2027"]);
  assert.deepEqual(formatTimes([S(2026, 0, 1, 7), S(2026, 0, 2, 7, 30)]), ["1 Jan 07:00", "2 Jan 07:30"]);
  assert.deepEqual(formatTimes([S(2026, 0, 1, 7), S(2026, 0, 1, 7, 1)]), ["07:00", "07:01"]);
  assert.deepEqual(formatTimes([S(2026, 0, 1, 7, 0, 1), S(2026, 0, 1, 7, 0, 1) + 0.25]), ["07:00:01.0", "07:00:01.2"]);
  const back = S(2026, 9, 25, 2, 30);
  assert.deepEqual(formatTimes([back, back + 3600]), ["02:30 UTC+2", "02:30 UTC+1"]);
  assert.deepEqual(formatTimes([]), []);
});

test("only the years 1990 to 2100 are times", () => {
  assert.deepEqual([S(1990, 0, 2), S(2100, 11, 30), S(1989, 11, 30), S(2101, 0, 2), "x", null, NaN].map(isTime), [true, true, false, false, false, false, false]);
});

test("a tick between two seconds has its own label", () => {
  const low = 1_078_675_931.868266;
  assert.deepEqual(timeTicks(low, low + 0.5644854, 10).texts.map((text) => text.slice(-4)), ["11.9", "12.0", "12.1", "12.2", "12.3", "12.4"]);
  for (let low = 1.7e9; low < 1.7e9 + 10; low += 0.0371) {
    const { texts, values } = timeTicks(low, low + 0.02, 10);
    assert.equal(new Set(texts).size, values.length, `${texts}`);
  }
});
