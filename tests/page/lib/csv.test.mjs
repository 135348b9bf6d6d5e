import assert from "node:assert/strict";
import test from "node:test";

import { toCsv } from "../../../web/static/js/lib/csv.js";
import { ScalarHistory } from "../../../web/static/js/plots/scalar-history.js";

/** @returns the lines of these pulses' scalars */
function lines(ids, values, times = ids) {
  const history = new ScalarHistory();
  history.add({ epoch: 1, seq: 0, t_received: 1, pulses: { pulse_id: ids, t_source: times, values } });
  return toCsv(history, Object.keys(values)).split("\r\n");
}

test("each pulse has a line with its time, its id and the scalars", () => {
  const rows = lines([7, 8], { energy: [1.5, 2], on: [true, false] }, [1700000000.25, 1700000000.5]);
  assert.deepEqual(rows, ["t,pulse_id,energy,on", "1700000000.25,7,1.5,1", "1700000000.5,8,2,0", ""]);
});

test("missing values are empty", () => {
  assert.equal(lines([1, 2], { a: [5, null] })[2], "2,2,");
});

test("a pulse without an id has none in the file", () => {
  assert.equal(lines([1, null], { a: [5, 6] }, [1, 2])[2], "2,,6");
});

test("missing pulses have no line", () => {
  assert.deepEqual(lines([1, 2, 9], { a: [1, 2, 9] }).length, 1 + 3 + 1);
});

test("numbers keep all their digits", () => {
  assert.equal(lines([1], { a: [0.1 + 0.2] })[1], "1,1,0.30000000000000004");
});

test("integers beyond 2⁵³ keep all their digits, also as pulse ids", () => {
  const pulse = "9007199254740993";
  assert.equal(lines([pulse], { big: ["-9223372036854775807"] }, [1])[1], `1,${pulse},-9223372036854775807`);
});

for (const [name, head] of [
  ["plain:NAME-1", "plain:NAME-1"],
  ["a,b", '"a,b"'],
  ['say "x"', '"say ""x"""'],
  ["two\nlines", '"two\nlines"'],
  ["=HYPERLINK(1)", "'=HYPERLINK(1)"],
  ["@SUM(1,2)", "\"'@SUM(1,2)\""],
]) {
  test(`the name ${JSON.stringify(name)} is the head of one column`, () => {
    assert.equal(lines([1], { [name]: [1] })[0], `t,pulse_id,${head}`);
  });
}
