import assert from "node:assert/strict";
import test from "node:test";

import { describeBoard } from "../../../web/static/js/stream/board-state.js";
import { present } from "../../../web/static/js/stream/presentation.js";
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
const KINDS = ["picture", "tile", "card", "board"];
const PICTURE = { ageS: 6.5, pulseId: 28151, since: "14:05:18", shownAt: "14:05:12.340" };
const NONE = { ageS: null, pulseId: undefined, since: "14:05:18", shownAt: "" };

function presentation(state, { frozen = false, hasPicture = true, kind = "picture", ...more } = {}) {
  const facts = { ...WATCHING, ...CAUSES[state], frozen };
  const message = kind === "board" ? describeBoard(facts) : describe(facts);
  return present({ message, frozen, hasPicture, kind, ...(hasPicture ? PICTURE : NONE), ...more });
}

/** Everything a presentation says. */
const texts = ({ badge, line, fault, words }) =>
  [badge.word, line.lead, ...line.facts, fault?.lead, ...(fault?.facts ?? []), words?.title, words?.action]
    .filter(Boolean)
    .join(" | ");

for (const state of Object.keys(CAUSES)) {
  for (const frozen of [false, true]) {
    for (const hasPicture of [true, false]) {
      for (const kind of KINDS.filter((kind) => kind !== "board" || !(frozen || NOT_OF_BOARDS.includes(state)))) {
        const about = [state, frozen && "frozen", hasPicture ? "with a picture" : "without one", kind].filter(Boolean);
        test(`nothing contradicts what is seen: ${about.join(", ")}`, () => {
          const seen = presentation(state, { frozen, hasPicture, kind });
          const { isLive, badge, line, fault, frame, words } = seen;
          const text = texts(seen);
          const facts = { ...WATCHING, ...CAUSES[state], frozen };
          const described = (kind === "board" ? describeBoard : describe)(facts).state;
          const actual = described === "frozen" ? "live" : described;
          assert.equal(isLive, actual === "live" && !frozen);
          assert.equal(badge.is === "live", isLive);
          assert.equal(/\blive\b/i.test(badge.word) && !/not live/i.test(badge.word), isLive);
          assert.equal(line.is, badge.is, "badge and line have one colour");
          assert.equal(words !== null && hasPicture, false, "words never cover a picture");
          assert.equal(frame.length > 0, hasPicture && !isLive);
          if (hasPicture) {
            assert.doesNotMatch(text, /first (frame|picture)|no picture yet/i);
            assert.equal(frame[0] ?? "live", badge.is, "the frame has the badge's colour");
          } else {
            assert.doesNotMatch(text, /\bold\b|pulse \d/, "no age of what is not there");
          }
          if (frozen) {
            assert.deepEqual([badge.word, line.lead], ["Frozen", "FROZEN"]);
            assert.equal(fault === null, actual === "live");
            assert.equal(frame.length, !hasPicture ? 0 : fault ? 2 : 1);
          } else if (!isLive && hasPicture) {
            assert.equal(line.lead, "NOT LIVE");
            assert.ok(line.facts.includes("6.50 s old"));
            assert.equal(line.is, PASSING.includes(actual) ? "wait" : "act");
          } else if (!isLive) {
            assert.ok(words.title && words.action);
          }
          if (kind === "board") {
            assert.doesNotMatch(text, /picture|frame/i);
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
