import assert from "node:assert/strict";
import test from "node:test";

import { countEach, filterFromQuery, isShown, withFilter } from "../../../web/static/js/lib/list-filter.js";

const FILTERS = { even: (/** @type {number} */ number) => number % 2 === 0, large: (number) => number > 9 };
const NAMES = ["all", "even", "large"];
const shown = (name, search = "") =>
  [4, 12, 13].filter((number) => isShown(number, [`cam${number}`, "TCP"], FILTERS, { name, search }));

test("each filter has a count, and all of them another", () => {
  assert.deepEqual(countEach([4, 12, 13], FILTERS), { all: 3, even: 2, large: 2 });
  assert.deepEqual(countEach([], FILTERS), { all: 0, even: 0, large: 0 });
});

test("a filter shows its entries", () => {
  assert.deepEqual(shown("all"), [4, 12, 13]);
  assert.deepEqual(shown("even"), [4, 12]);
});

test("the search finds parts of any text, in upper and lower case, and nothing is a pattern", () => {
  assert.deepEqual(shown("all", " CAM1 "), [12, 13]);
  assert.deepEqual(shown("all", "tcp"), [4, 12, 13]);
  assert.deepEqual(shown("all", "."), []);
});

test("filter and search are combined", () => {
  assert.deepEqual(shown("even", "cam1"), [12]);
});

test("an address has what differs from the default, beside its other settings, and gives it back", () => {
  assert.equal(withFilter("", { name: "all", search: " " }), "");
  const filter = { name: "large", search: "a & b" };
  assert.equal(withFilter("?sort=in,down&show=even", filter), "?sort=in,down&show=large&find=a+%26+b");
  assert.deepEqual(filterFromQuery("?sort=in,down&show=large&find=a+%26+b", NAMES), filter);
});

test("an unknown filter in the address is none", () => {
  assert.deepEqual(filterFromQuery("?show=toString", NAMES), { name: "all", search: "" });
});
