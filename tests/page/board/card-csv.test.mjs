import assert from "node:assert/strict";
import test from "node:test";

import { cardCsv } from "../../../web/static/js/board/card-csv.js";

const csv = (type, list, about = {}) => cardCsv({ about: { type, series: [], axis: "", ...about }, list, first: 0 });

test("a line card has a column for x and for each series", () => {
  const file = csv("line", [[1, 2, 3], undefined, [2, null, 4]], { series: ["a", "b"], axis: "time" });
  assert.equal(file, "t,a,b\r\n1,2,3\r\n2,,4\r\n");
});

test("special characters are quoted, and formulas are escaped", () => {
  const file = csv("bar", [['=1+1, "x"', -2]], { series: ["@a"], axis: "label" });
  assert.equal(file, `label,'@a\r\n"'=1+1, ""x""",-2\r\n`);
});

test("each type of card has its own columns", () => {
  assert.equal(csv("pie", [["a", 1]], { axis: "label" }), "label,value\r\na,1\r\n");
  assert.equal(csv("scatter", [[1, 2, null]]), "x,y,r\r\n1,2,\r\n");
  assert.equal(csv("map", [[47, 8, "PSI"]]), "lat,lon,name\r\n47,8,PSI\r\n");
  assert.equal(csv("text", [[5, "a\nb"]]), 't,line\r\n5,"a\nb"\r\n');
});

test("a custom card has no table", () => {
  assert.equal(csv("custom", [[{ type: "bar" }]]), "");
});
