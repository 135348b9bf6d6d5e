import assert from "node:assert/strict";
import test from "node:test";

import { BoardLayout } from "../../../web/static/js/board/board-layout.js";

const IDS = ["a", "b", "c", "d"];

test("the default layout has an empty text and keeps the board's order", () => {
  assert.equal(new BoardLayout().text, "");
  assert.deepEqual(new BoardLayout().order(IDS), IDS);
});

test("a moved card has its place, and the others keep their order", () => {
  assert.deepEqual(new BoardLayout().withPlace(IDS, "c", "a").order(IDS), ["c", "a", "b", "d"]);
  assert.deepEqual(new BoardLayout().withPlace(IDS, "a", null).order(IDS), ["b", "c", "d", "a"]);
  assert.deepEqual(new BoardLayout().withPlace(IDS, "a", "d").order(IDS), ["b", "c", "a", "d"]);
});

test("a card that was moved before shifts with the others", () => {
  const layout = new BoardLayout().withPlace(IDS, "d", "b").withPlace(IDS, "c", "a");
  assert.deepEqual(layout.order(IDS), ["c", "a", "d", "b"]);
  assert.deepEqual(layout.withPlace(IDS, "c", null).order(IDS), ["a", "d", "b", "c"]);
});

test("after any move the card has its place and the others keep their order", () => {
  let layout = new BoardLayout();
  let seed = 3;
  const random = (max) => (seed = (seed * 48271) % 2147483647) % max;
  for (let step = 0; step < 200; step += 1) {
    const order = layout.order(IDS);
    const id = IDS[random(4)];
    const others = order.filter((other) => other !== id);
    const before = others[random(4)] ?? null;
    layout = layout.withPlace(IDS, id, before);
    others.splice(before === null ? 3 : others.indexOf(before), 0, id);
    assert.deepEqual(layout.order(IDS), others);
    assert.deepEqual(BoardLayout.fromText(layout.text).order(IDS), others);
  }
});

test("new cards are at the end, and a missing card leaves no gap", () => {
  const layout = new BoardLayout().withPlace(IDS, "c", "a");
  assert.deepEqual(layout.order(["a", "b"]), ["a", "b"]);
  assert.deepEqual(layout.order([...IDS, "e"]), ["c", "a", "b", "d", "e"]);
});

test("a layout is restored from its text, whatever characters its ids have", () => {
  const odd = "a,b;c@d=e&f#g <h>é'()*! %";
  const layout = new BoardLayout().withPlace([...IDS, odd], odd, "a").withHidden(odd, true).withHidden("b", true)
    .withSize(odd, { width: 400.4, height: 300 }).withPaused("c", true);
  const back = BoardLayout.fromText(layout.text);
  assert.deepEqual(back, layout);
  assert.deepEqual(back.sizes.get(odd), { width: 400, height: 300 });
  assert.equal(back.hidden.has("b"), true);
  assert.match(layout.text, /^[\w%@=,;.~-]+$/);
});

test("the text has nothing of a change that was undone", () => {
  const layout = new BoardLayout().withHidden("a", true).withPaused("a", true).withHidden("a", false).withPaused("a", false);
  assert.equal(layout.text, "");
});

test("half a surrogate pair in an id is encoded", () => {
  assert.match(new BoardLayout().withHidden("\ud800", true).text, /^h=/);
});

test("sizes are limited", () => {
  const layout = new BoardLayout().withSize("a", { width: 1, height: 1e9 });
  assert.deepEqual(layout.sizes.get("a"), { width: 50, height: 8000 });
});

for (const odd of ["", "nonsense", "m=", "m=a", "m=a@x", "m=a@99999", "s=a@1x", "s=a@400", "h=%", "h=%E0%A4%A", "x=a;;=", "h=,,"]) {
  test(`an address with “${odd}” changes nothing`, () => {
    assert.equal(BoardLayout.fromText(odd).text, "");
  });
}

test("an address cannot have more entries than the limit", () => {
  const many = Array.from({ length: 2000 }, (_, index) => `i${index}`).join();
  assert.equal(BoardLayout.fromText(`h=${many}`).hidden.size, 500);
});
