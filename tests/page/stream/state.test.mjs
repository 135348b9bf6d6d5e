import assert from "node:assert/strict";
import test from "node:test";

import { isStatusCurrent, chooseLayout, stalledAfterS, describe } from "../../../web/static/js/stream/state.js";

const LIVE = {
  stream: "camera",
  link: "watching",
  refusal: null,
  status: { state: "live", source: "tcp://camera:8888", message: "" },
  statusS: 0.4,
  stateS: 60,
  watchingS: 60,
  drawnS: 0.03,
  unreadableS: null,
  ageS: 0.05,
  periodS: 0.04,
};
const state = (change) => describe({ ...LIVE, ...change }).state;
const told = (name, change = {}) => ({ status: { ...LIVE.status, state: name }, statusS: 0.1, ...change });

test("fresh frames are live", () => {
  assert.equal(state({}), "live");
});

test("frames that stop are stalled after two seconds, though the status is live", () => {
  assert.equal(state({ drawnS: 1.9, ageS: 1.9 }), "live");
  assert.equal(state({ drawnS: 2.1, ageS: 2.1 }), "stalled");
});

test("messages that come but cannot be used are named in place of an overload", () => {
  const known = { ...LIVE, drawnS: 3, ageS: 3 };
  assert.match(describe(known).cause, /overloaded/);
  const { cause } = describe({ ...known, status: { ...LIVE.status, message: "data header is not JSON" } });
  assert.equal(cause, "The source is reported live, but: data header is not JSON");
});

test("a slow stream is stalled after three of its periods", () => {
  assert.equal(stalledAfterS(10), 30);
  assert.equal(state({ periodS: 10, drawnS: 29, ageS: 29 }), "live");
  assert.equal(state({ periodS: 10, drawnS: 31, ageS: 31 }), "stalled");
});

test("frames that arrive old are never live", () => {
  assert.equal(state({ ageS: 4 }), "late");
});

test("frames that cannot be read are said", () => {
  assert.equal(state({ drawnS: null, unreadableS: 0.1 }), "unreadable");
  assert.equal(state({ drawnS: 30, unreadableS: 0.1 }), "unreadable");
});

test("one unreadable frame among good ones is not worth words", () => {
  assert.equal(state({ drawnS: 0.2, unreadableS: 0.1 }), "live");
});

for (const name of ["connecting", "waiting", "silent", "lost", "mismatch", "closed", "no_ingest", "broker_lost"]) {
  test(`the status ${name} is said at once, over a picture that is still young`, () => {
    const said = describe({ ...LIVE, ...told(name) });
    assert.equal(said.state, name);
    assert.notEqual(said.tone, "good");
    assert.ok(said.title && said.cause && said.action && said.badge);
  });
}

for (const name of ["connecting", "waiting", "silent", "lost", "mismatch", "closed"]) {
  test(`a video that is ${name} is not said to be bsread, and ingest's own words count`, () => {
    const status = { state: name, source: "rtsp://camera/1", mode: "video", message: "" };
    const said = describe({ ...LIVE, ...told(name), status });
    assert.equal(said.state, name);
    assert.notEqual(said.tone, "good");
    assert.ok(said.cause.includes("rtsp://camera/1") && said.action);
    assert.doesNotMatch(Object.values(said).join(" "), /bsread|PUSH|message/);
    const worded = describe({ ...LIVE, ...told(name), status: { ...status, message: "Wants a password." } });
    assert.equal(worded.cause, "Wants a password.");
  });
}

test("a pushed picture that has not come is no fault of ingest or Redis", () => {
  const status = { state: "live", source: "push", mode: "push", message: "", fps_in: 0 };
  const never = describe({ ...LIVE, status, drawnS: null, ageS: null });
  assert.equal(never.state, "stalled");
  assert.equal(never.tone, "wait");
  assert.equal(never.title, "No picture yet");
  assert.equal(describe({ ...LIVE, status, drawnS: 9, ageS: 9 }).title, "No newer picture");
  const pushes = describe({ ...LIVE, status: { ...status, fps_in: 10 }, drawnS: 9, ageS: 9 });
  assert.equal(pushes.tone, "bad");
});

test("a picture of a board that began anew waits for the next push", () => {
  const status = { state: "waiting", source: "push", mode: "push", message: "Nothing has been pushed since." };
  const said = describe({ ...LIVE, status, statusS: 0.1, drawnS: null, ageS: null });
  assert.equal(said.title, "No picture yet");
  assert.equal(said.cause, "Nothing has been pushed since.");
});

test("a stream that nobody knows is named, and how it is started", () => {
  const refusal = { error: "unknown stream 'camera'", hint: "known streams: hall", part: "stream" };
  const said = describe({ ...LIVE, link: "refused", refusal });
  assert.equal(said.title, "No stream is called “camera”");
  assert.match(said.cause, /python -m ingest --source ADDRESS --stream camera .*known streams: hall/);
});

test("a frame on its way when the source was lost does not revive it", () => {
  assert.equal(state(told("lost", { statusS: 0.3, drawnS: 0.1 })), "lost");
});

test("frames that go on after the source was lost are live again before the status says so", () => {
  assert.equal(state(told("lost", { statusS: 0.9, drawnS: 0.01 })), "live");
});

test("the first frame is waited for before its absence is a fault", () => {
  assert.equal(state({ drawnS: null, ageS: null, watchingS: 0.5, statusS: 0.5 }), "first_frame");
  assert.equal(state({ drawnS: null, ageS: null, watchingS: 3 }), "stalled");
});

test("a source that is back is given time for its first frame", () => {
  assert.equal(state({ drawnS: 20, ageS: 20, stateS: 0.1 }), "first_frame");
});

test("a server that tells nothing more is said, not the old status", () => {
  assert.equal(state({ drawnS: 9, ageS: 9, statusS: 6 }), "quiet");
  assert.equal(state(told("silent", { drawnS: 9, statusS: 6 })), "quiet");
});

test("frames without any status are live", () => {
  assert.equal(state({ status: null, statusS: null }), "live");
});

for (const link of ["opening", "unreachable", "hidden"]) {
  test(`the link ${link} counts more than a young picture`, () => {
    const said = describe({ ...LIVE, link });
    assert.equal(said.state, link);
    assert.notEqual(said.tone, "good");
  });
}

test("a watch that is asked for waits for the first frame", () => {
  assert.equal(state({ link: "asking" }), "first_frame");
});

test("a refusal shows the server's error and hint", () => {
  const refusal = { error: "no stream x", hint: "known is camera" };
  const said = describe({ ...LIVE, link: "refused", refusal });
  assert.deepEqual([said.state, said.title, said.cause], ["refused", refusal.error, refusal.hint]);
});

test("the status's own message is the most exact cause", () => {
  const status = { state: "lost", source: "tcp://camera:8888", message: "reset by peer" };
  const said = describe({ ...LIVE, status, statusS: 0.1 });
  assert.equal(said.cause, "reset by peer");
  assert.equal(describe({ ...LIVE, link: "unreachable", status }).cause.includes("reset"), false);
});

for (const odd of ["constructor", "unknown", "a state of tomorrow"]) {
  test(`the state “${odd}” is shown as it is`, () => {
    const said = describe({ ...LIVE, ...told(odd) });
    assert.equal(said.state, odd);
    assert.match(said.title, new RegExp(odd));
  });
}

test("numbers of an old status, or of one without ingest or broker, are not of now", () => {
  assert.equal(isStatusCurrent({ state: "live" }, 1), true);
  assert.equal(isStatusCurrent({ state: "lost" }, 1), true);
  assert.equal(isStatusCurrent({ state: "live" }, 6), false);
  assert.equal(isStatusCurrent({ state: "broker_lost" }, 0), false);
  assert.equal(isStatusCurrent(null, null), false);
});

test("an image takes the main place, or else curves, or else values", () => {
  assert.equal(chooseLayout({ image: true, imageS: 0, curves: true }), "picture");
  assert.equal(chooseLayout({ image: false, imageS: null, curves: true }), "curves");
  assert.equal(chooseLayout({ image: false, imageS: null, curves: false }), "values");
});

test("one frame without its image moves nothing, and an old picture does not stay", () => {
  assert.equal(chooseLayout({ image: false, imageS: 0.1, curves: true }), "picture");
  assert.equal(chooseLayout({ image: false, imageS: 2.5, curves: true }), "curves");
});
