import assert from "node:assert/strict";
import test from "node:test";

import { BadData, decodeLz4 } from "../../../web/static/js/picture/lz4.js";

/** @param {(number | string)[]} parts bytes, and texts as their characters */
function decoded(size, ...parts) {
  const output = new Uint8Array(size);
  const block = parts.flatMap((part) => (typeof part === "string" ? [...Buffer.from(part)] : [part]));
  decodeLz4(Uint8Array.from(block), output);
  return Buffer.from(output).toString();
}

const many = (count, part) => Array(count).fill(part);

test("literals are copied", () => {
  assert.equal(decoded(5, 0x50, "hello"), "hello");
});

test("an empty block is one empty token", () => {
  assert.equal(decoded(0, 0x00), "");
});

test("a match repeats earlier bytes", () => {
  assert.equal(decoded(10, 0x41, "abcd", 3, 0, 0x10, "!"), "abcdbcdbc!");
});

test("a match of distance 1 repeats one byte", () => {
  assert.equal(decoded(6, 0x10, "a", 1, 0, 0x10, "b"), "aaaaab");
});

test("long literals have further bytes of length", () => {
  const text = "0123456789".repeat(27);
  assert.equal(decoded(270, 0xf0, 255, 0, text), text);
});

for (const length of [47, 48, 100, 274]) {
  test(`a match of ${length} that overlaps itself repeats a pattern`, () => {
    const more = length - 4 - 15;
    const rest = more < 255 ? [more] : [255, more - 255];
    const known = `before:abc${"abc".repeat(100).slice(0, length)}!`;
    assert.equal(decoded(length + 11, 0xaf, "before:abc", 3, 0, ...rest, 0x10, "!"), known);
  });
}

test("a distant match uses the upper byte of its distance", () => {
  const text = "x".repeat(100) + "y".repeat(200);
  assert.equal(decoded(305, 0xf0, 255, 30, text, 44, 1, 0x10, "!"), `${text}xxxx!`);
});

for (const [what, size, ...parts] of [
  ["nothing at all", 0],
  ["literals that pass the block's end", 8, 0x50, "abc"],
  ["literals that pass the output's end", 2, 0x30, "abc"],
  ["a match that passes the output's end", 4, 0x10, "a", 1, 0, 0x00],
  ["many literals that pass the output's end", 60, 0x10, "a", 1, 0, 0xf0, 45, "x".repeat(60)],
  ["distance 0", 5, 0x10, "a", 0, 0, 0x00],
  ["a distance before the start", 5, 0x10, "a", 2, 0, 0x00],
  ["a distance that is cut off", 8, 0x10, "a", 1],
  ["a match without what follows it", 5, 0x10, "a", 1, 0],
  ["a length of literals that is cut off", 600, 0xf0, 255, 255],
  ["a length of a match that is cut off", 600, 0x1f, "a", 1, 0, 255],
  ["a length beyond all numbers", 600, 0xf0, ...many(5000, 255), 0],
  ["too little", 9, 0x50, "hello"],
  ["what comes after the output is full", 5, 0x50, "hello", 0x10, "x"],
]) {
  test(`${what} is refused`, () => {
    assert.throws(() => decoded(size, ...parts), BadData);
  });
}

test("a match cannot reach bytes before the block", () => {
  const output = new Uint8Array(8).fill(7);
  assert.throws(() => decodeLz4(Uint8Array.of(0x00, 4, 0, 0x00), output.subarray(4)), BadData);
});
