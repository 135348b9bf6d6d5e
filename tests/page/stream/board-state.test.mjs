import assert from "node:assert/strict";
import test from "node:test";

import { describeBoard } from "../../../web/static/js/stream/board-state.js";

const QUIET = {
  stream: "board",
  link: "watching",
  refusal: null,
  status: { state: "live", source: "http://127.0.0.1:8800/push", message: "" },
  statusS: 0.4,
  stateS: 600,
  watchingS: 600,
  drawnS: null,
  unreadableS: null,
  ageS: null,
  periodS: null,
};
const said = (change) => describeBoard({ ...QUIET, ...change });
const status = (state, message = "") => ({ status: { ...QUIET.status, state, message } });

test("a board to which nobody pushes is no fault", () => {
  assert.equal(said({}).state, "live");
  assert.equal(said({ drawnS: 3600 }).state, "live");
});

test("a board without a message waits for the first, and says where to push", () => {
  const { state, tone, title, cause } = said(status("waiting"));
  assert.deepEqual([state, tone, title], ["waiting", "wait", "Waiting for the first message"]);
  assert.match(cause, /8800\/push/);
});

test("without an ingest the words name the one of boards", () => {
  const { tone, cause } = said(status("no_ingest", "Start it with: python -m ingest --stream board"));
  assert.equal(tone, "bad");
  assert.match(cause, /python -m ingest\.push --board board/);
});

test("a board that nobody knows is named, and how it is started", () => {
  const refusal = { error: "unknown stream 'board'", hint: "known streams: hall", part: "stream" };
  const { title, cause } = said({ link: "refused", refusal });
  assert.equal(title, "No board is called “board”");
  assert.match(cause, /python -m ingest\.push --board board .*known streams: hall/);
});

test("that Redis is lost is said", () => {
  assert.equal(said(status("broker_lost")).badge, "Broker lost");
});

test("a server that says nothing any more is no connection", () => {
  assert.equal(said({ statusS: 6 }).badge, "No connection");
  assert.equal(said({ statusS: null, watchingS: 6 }).badge, "No connection");
  assert.equal(said({ status: null, statusS: null, watchingS: 1 }).state, "live");
});

test("messages that cannot be read are said, for a while", () => {
  assert.equal(said({ unreadableS: 0.1 }).state, "unreadable");
  assert.equal(said({ unreadableS: 9 }).state, "live");
});

for (const link of ["opening", "unreachable", "logged_out", "turned_away", "hidden", "asking", "refused"]) {
  test(`the line's state ${link} is said, whatever the status was`, () => {
    const { state, tone, title } = said({ link });
    assert.equal(state, link);
    assert.notEqual(tone, "good");
    assert.ok(title);
  });
}

test("nothing that is said speaks of a picture or a frame", () => {
  const links = ["opening", "unreachable", "logged_out", "turned_away", "hidden", "asking", "refused"];
  const states = ["waiting", "no_ingest", "broker_lost", "live"];
  const all = [...links.map((link) => said({ link })), ...states.map((state) => said(status(state))),
    said({ unreadableS: 0 }), said({ statusS: 9 })];
  for (const { title, cause, action } of all) {
    assert.doesNotMatch(`${title} ${cause} ${action}`, /picture|frame|camera|this stream/i);
  }
});
