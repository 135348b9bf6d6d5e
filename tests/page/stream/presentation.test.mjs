import assert from "node:assert/strict";
import test from "node:test";

import { describeBoard } from "../../../web/static/js/stream/board-state.js";
import { present, splitFacts } from "../../../web/static/js/stream/presentation.js";
import { describe } from "../../../web/static/js/stream/state.js";

const WATCHING = {
  stream: "camera",
  connection: "watching",
  refusal: null,
  status: { state: "live", source: "tcp://cam1:9000", message: "" },
  statusS: 0.4,
  stateS: 60,
  watchingS: 60,
  drawnS: 0.03,
  unreadableS: null,
  ageS: 0.05,
  periodS: 0.04,
};
const reported = (state, more = {}) => ({ status: { ...WATCHING.status, state, ...more }, statusS: 0.1 });
/** How each state comes about. */
const CAUSES = {
  live: {},
  opening: { connection: "opening" },
  unreachable: { connection: "unreachable" },
  logged_out: { connection: "logged_out" },
  turned_away: { connection: "turned_away", refusal: { error: "the server is full", hint: "5 of 5 viewers" } },
  hidden: { connection: "hidden" },
  first_frame: { connection: "asking" },
  refused: { connection: "refused", refusal: { error: "unknown stream", hint: "known: a", part: "stream" } },
  quiet: { statusS: 9, drawnS: 9, ageS: 9 },
  stalled: { drawnS: 9, ageS: 9 },
  late: { ageS: 4 },
  unreadable: { drawnS: null, unreadableS: 0.1 },
  ...Object.fromEntries(
    ["connecting", "waiting", "silent", "lost", "mismatch", "closed", "no_ingest", "broker_lost", "of_tomorrow"].map(
      (state) => [state, reported(state)],
    ),
  ),
};
const PASSING = ["opening", "asking", "first_frame", "hidden", "closed"];
/** States that only a source of its own has. */
const NOT_OF_BOARDS = ["connecting", "silent", "lost", "mismatch", "closed"];
/** The page of a picture on a desk and on a phone, a tile of a wall, the cards of a board, a board. */
const KINDS = ["picture", "phone", "tile", "card", "pushed", "board"];
/** States in which a picture that was pushed once needs no other one. */
const RESTING = [...PASSING, "live", "stalled", "late", "silent"];
const PICTURE = { ageS: 6.5, pulseId: 28151, since: "14:05:18", shownAt: "14:05:12.340" };
const NONE = { ageS: null, pulseId: undefined, since: "14:05:18", shownAt: "" };

/** Return the message of a state, and what is shown. */
function scene(state, { frozen = false, hasPicture = true, kind = "picture", mode, ...more } = {}) {
  const facts = { ...WATCHING, ...CAUSES[state], frozen, hasPicture };
  facts.status = { ...facts.status, mode };
  const message = kind === "board" ? describeBoard(facts) : describe(facts);
  const shown = hasPicture ? PICTURE : NONE;
  const seen = present({ message, frozen, hasPicture, kind: kind === "phone" ? "picture" : kind, ...shown, ...more });
  return { message, seen };
}

const presentation = (state, options) => scene(state, options).seen;

/** Everything that is read on a kind of page; a phone has the first fact of the line only. */
function texts({ badge, line, fault, words, spoken, hasDetails }, kind = "picture", message = null) {
  const facts = kind === "phone" ? [splitFacts(line).first] : line.facts;
  const details = hasDetails && message ? [message.title, message.action] : [];
  const ofFault = fault ? [fault.lead, ...fault.facts] : [];
  const ofWords = words ? [words.title, words.action] : [];
  return [badge.word, line.lead, ...facts, ...ofFault, ...ofWords, ...details, spoken].filter(Boolean).join(" | ");
}

/** Check all that is said and seen in a state. */
function check(state, { frozen, hasPicture, kind, mode }) {
  const { seen, message } = scene(state, { frozen, hasPicture, kind, mode });
  const { isLive, badge, line, fault, frame, words } = seen;
  const text = texts(seen, kind, message);
  const actual = message.state === "frozen" ? "live" : message.state;
  const isPushed = kind === "pushed";
  const isResting = isPushed && hasPicture && RESTING.includes(actual);
  const hasAge = kind === "picture" || kind === "phone";
  assert.equal(isLive, actual === "live" && !frozen && !isPushed && (hasPicture || kind === "board"));
  assert.equal(badge.is === "live", isLive);
  assert.equal(/\blive\b/i.test(badge.word) && !/not live/i.test(badge.word), isLive, "a badge says Live");
  assert.equal(/\blive\b/i.test(text.replaceAll(/not live/gi, "")), isLive, "a text says Live");
  assert.equal(line.is, badge.is, "badge and line have one colour");
  const isEmpty = !hasPicture && !(kind === "board" && isLive);
  assert.equal(words !== null, isEmpty, "words stand where there is no picture");
  assert.equal(frame.length > 0, hasPicture && !isLive && (frozen || !isResting));
  if (hasPicture) {
    assert.doesNotMatch(text, /first (frame|picture)|no picture|waiting for the first/i);
    if (frame.length) {
      assert.equal(frame[0], badge.is, "the frame has the badge's colour");
    }
  } else {
    const ofPicture = /\bold\b|pulse \d|pushed \d|newer picture|next picture/;
    assert.doesNotMatch(text, ofPicture, "nothing is said of what is not there");
  }
  if (frozen) {
    const word = kind === "card" || isPushed ? "Paused" : "Frozen";
    assert.deepEqual([badge.word, line.lead], [word, word.toUpperCase()]);
    assert.equal(fault === null, actual === "live" || (isPushed && RESTING.includes(actual)));
    assert.equal(frame.length, !hasPicture ? 0 : fault ? 2 : 1);
  } else if (isResting) {
    assert.deepEqual(line.facts, ["pushed 14:05:12.340"]);
  } else if (!isLive && hasPicture) {
    assert.equal(line.lead, "NOT LIVE");
    assert.ok(line.facts[0], "a reason");
    const isAgeSaid = line.facts.includes("6.50 s old");
    assert.equal(isAgeSaid, hasAge || kind === "board", "tiles and cards have it in their heads");
    const isQuiet = PASSING.includes(actual) || (mode === "push" && ["stalled", "waiting"].includes(actual));
    assert.equal(line.is, isQuiet && message.tone !== "bad" ? "wait" : "act");
  } else if (!isLive) {
    assert.ok(words.title && words.action);
    assert.equal(line.lead, line.is === "act" ? (kind === "board" ? "NO CARDS" : "NO PICTURE") : "");
  }
  if (kind === "board") {
    assert.doesNotMatch(text, /picture|frame/i);
  }
}

for (const state of Object.keys(CAUSES)) {
  for (const frozen of [false, true]) {
    for (const hasPicture of [true, false]) {
      for (const kind of KINDS.filter((kind) => kind !== "board" || !(frozen || NOT_OF_BOARDS.includes(state)))) {
        const about = [state, frozen && "frozen", hasPicture ? "with a picture" : "without one", kind].filter(Boolean);
        test(`nothing contradicts what is seen: ${about.join(", ")}`, () => {
          for (const mode of [undefined, "video", "push"]) {
            check(state, { frozen, hasPicture, kind, mode });
          }
        });
      }
    }
  }
}

test("a reason has at most three words", () => {
  for (const state of Object.keys(CAUSES).filter((state) => state !== "live")) {
    for (const describeAs of [describe, describeBoard]) {
      const { reason } = describeAs({ ...WATCHING, ...CAUSES[state] });
      assert.ok(reason || describeAs === describeBoard, state);
      assert.ok(reason.split(" ").length <= 3, reason);
    }
  }
});

test("the words are those of an operator: no part of Beamcast, no command, no option", () => {
  for (const state of Object.keys(CAUSES)) {
    for (const mode of [undefined, "video", "push"]) {
      for (const hasPicture of [true, false]) {
        const facts = { ...WATCHING, ...CAUSES[state] };
        const message = describe({ ...facts, status: { ...facts.status, mode } });
        const seen = present({ message, frozen: false, hasPicture, kind: "picture", ...PICTURE });
        assert.doesNotMatch(`${texts(seen)} ${message.title} ${message.action}`, /redis|broker|ingest|python|BEAMCAST_|rendition|socket/i);
      }
    }
  }
});

test("a tile's head has the reason and the last pulse", () => {
  const { badge, line, frame } = presentation("silent", { kind: "tile" });
  assert.deepEqual(badge, { is: "act", word: "Not live" });
  assert.deepEqual(line, { is: "act", lead: "NOT LIVE", facts: ["source stopped", "last pulse 28\u202f151"] });
  assert.deepEqual(frame, ["act"]);
  assert.deepEqual(splitFacts(line), { first: "source stopped", rest: "last pulse 28\u202f151" });
  const { line: empty } = presentation("silent", { kind: "tile", hasPicture: false, since: "" });
  assert.deepEqual([empty.lead, empty.facts], ["NO PICTURE", ["source stopped"]]);
});

test("a live stream whose frames have values only, and a board, say so where a picture is expected", () => {
  for (const kind of ["tile", "card"]) {
    const titles = ["values", "board"].map((content) => {
      const { isLive, badge, words } = presentation("live", { hasPicture: false, kind, content });
      assert.deepEqual([isLive, badge.word], [false, "No picture"]);
      return words.title;
    });
    assert.deepEqual(titles, ["This stream has no picture", "This stream is a board and has no picture"]);
  }
});

test("a phone has the reason, and leaves out the other facts", () => {
  for (const state of Object.keys(CAUSES).filter((state) => state !== "live")) {
    for (const hasPicture of [true, false]) {
      const { seen, message } = scene(state, { hasPicture });
      assert.equal(splitFacts(seen.line).first, message.reason);
    }
  }
});

test("a source that stopped is said in one line with the age and the pulse", () => {
  const { badge, line, frame, hasDetails } = presentation("silent");
  assert.deepEqual(badge, { is: "act", word: "Not live" });
  assert.deepEqual(line, { is: "act", lead: "NOT LIVE", facts: ["source stopped", "6.50 s old", "pulse 28\u202f151"] });
  assert.deepEqual(frame, ["act"]);
  assert.equal(hasDetails, true);
});

test("a frozen picture of a source that stopped stays frozen, and says since when", () => {
  const { badge, line, fault, frame } = presentation("silent", { frozen: true });
  assert.deepEqual(badge, { is: "yours", word: "Frozen" });
  assert.deepEqual(line.facts, ["pulse 28\u202f151"]);
  assert.deepEqual(presentation("live", { frozen: true }).line.facts, ["14:05:12.340", "pulse 28\u202f151"]);
  assert.deepEqual(fault, { is: "act", lead: "NOT LIVE", facts: ["source stopped since 14:05:18"] });
  assert.deepEqual(frame, ["yours", "act"]);
});

test("a slow computer and a slow line are told apart", () => {
  const late = (isPageSlow) => describe({ ...WATCHING, ...CAUSES.late, isPageSlow });
  assert.deepEqual([late(true).reason, late(false).reason], ["computer too slow", "line too slow"]);
  assert.match(late(true).title, /this computer/);
  assert.match(late(false).title, /the line/);
});

test("a pushed picture that is old is not a fault", () => {
  const status = { state: "live", source: "push", mode: "push", message: "", fps_in: 0 };
  const message = describe({ ...WATCHING, status, drawnS: 900, ageS: 900 });
  const seen = present({ message, frozen: false, hasPicture: true, kind: "picture", ...PICTURE });
  assert.deepEqual([seen.line.is, seen.badge.is, seen.isLive], ["wait", "wait", false]);
  assert.deepEqual(seen.line.facts.slice(0, 1), ["no newer picture"]);
});
