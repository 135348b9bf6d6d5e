import assert from "node:assert/strict";
import test from "node:test";

import { describeBoard } from "../../../web/static/js/stream/board-state.js";

const QUIET = {
  stream: "board",
  connection: "watching",
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
const describe = (change) => describeBoard({ ...QUIET, ...change });
const status = (state, message = "") => ({ status: { ...QUIET.status, state, message } });

test("a board without pushes is not an error", () => {
  assert.equal(describe({}).state, "live");
  assert.equal(describe({ drawnS: 3600 }).state, "live");
});

test("a board without a message waits for the first, and shows where to push", () => {
  const { state, tone, title, cause } = describe(status("waiting"));
  assert.deepEqual([state, tone, title], ["waiting", "wait", "Waiting for the first message"]);
  assert.match(cause, /8800\/push/);
});

test("without an ingest the text names the command for boards", () => {
  const { tone, cause } = describe(status("no_ingest", "Start it with: python -m ingest --stream board"));
  assert.equal(tone, "bad");
  assert.match(cause, /python -m ingest\.push --board board/);
});

test("an unknown board is named, with the command that starts it", () => {
  const refusal = { error: "unknown stream 'board'", hint: "known streams: hall", part: "stream" };
  const { title, cause } = describe({ connection: "refused", refusal });
  assert.equal(title, "No board is called “board”");
  assert.match(cause, /python -m ingest\.push --board board .*known streams: hall/);
});

test("the loss of Redis is shown", () => {
  const refusal = { error: "Redis is unreachable: timed out", hint: "", part: "redis" };
  assert.equal(describe({ connection: "refused", refusal }).badge, "No updates");
  assert.equal(describe(status("broker_lost")).badge, "No updates");
});

test("a server that has stopped sending statuses counts as no connection", () => {
  assert.equal(describe({ statusS: 6 }).badge, "No connection");
  assert.equal(describe({ statusS: null, watchingS: 6 }).badge, "No connection");
  assert.equal(describe({ status: null, statusS: null, watchingS: 1 }).state, "live");
});

test("messages that cannot be read are reported, for a while", () => {
  assert.equal(describe({ unreadableS: 0.1 }).state, "unreadable");
  assert.equal(describe({ unreadableS: 9 }).state, "live");
});

for (const connection of ["opening", "unreachable", "logged_out", "turned_away", "hidden", "asking", "refused"]) {
  test(`the connection's state ${connection} is shown, whatever the status was`, () => {
    const { state, tone, title } = describe({ connection });
    assert.equal(state, connection);
    assert.notEqual(tone, "good");
    assert.ok(title);
  });
}

test("no text about a board mentions a picture or a frame", () => {
  const connections = ["opening", "unreachable", "logged_out", "turned_away", "hidden", "asking", "refused"];
  const states = ["waiting", "no_ingest", "broker_lost", "live"];
  const all = [
    ...connections.map((connection) => describe({ connection })),
    ...states.map((state) => describe(status(state))),
    describe({ unreadableS: 0 }),
    describe({ statusS: 9 }),
  ];
  for (const { title, cause, action } of all) {
    assert.doesNotMatch(`${title} ${cause} ${action}`, /picture|frame|camera|this stream/i);
  }
});
