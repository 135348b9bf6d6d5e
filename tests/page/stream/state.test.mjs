import assert from "node:assert/strict";
import test from "node:test";

import { isStatusCurrent, chooseLayout, stalledAfterS, describe } from "../../../web/static/js/stream/state.js";

const LIVE = {
  stream: "camera",
  connection: "watching",
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
const withState = (name, change = {}) => ({ status: { ...LIVE.status, state: name }, statusS: 0.1, ...change });

test("fresh frames are live", () => {
  assert.equal(state({}), "live");
});

test("frames that stop are stalled after two seconds, though the status is live", () => {
  assert.equal(state({ drawnS: 1.9, ageS: 1.9 }), "live");
  assert.equal(state({ drawnS: 2.1, ageS: 2.1 }), "stalled");
});

test("messages that arrive but cannot be used are named instead of an overload", () => {
  const stalled = { ...LIVE, drawnS: 3, ageS: 3 };
  assert.match(describe(stalled).cause, /overloaded/);
  const { cause } = describe({ ...stalled, status: { ...LIVE.status, message: "data header is not JSON" } });
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

test("frames that cannot be read are reported", () => {
  assert.equal(state({ drawnS: null, unreadableS: 0.1 }), "unreadable");
  assert.equal(state({ drawnS: 30, unreadableS: 0.1 }), "unreadable");
});

test("one unreadable frame among good ones is not reported", () => {
  assert.equal(state({ drawnS: 0.2, unreadableS: 0.1 }), "live");
});

for (const name of ["connecting", "waiting", "silent", "lost", "mismatch", "closed", "no_ingest", "broker_lost"]) {
  test(`the status ${name} is shown immediately, over a picture that is still recent`, () => {
    const view = describe({ ...LIVE, ...withState(name) });
    assert.equal(view.state, name);
    assert.notEqual(view.tone, "good");
    assert.ok(view.title && view.cause && view.action && view.badge);
  });
}

for (const name of ["connecting", "waiting", "silent", "lost", "mismatch", "closed"]) {
  test(`a video that is ${name} is not described as bsread, and ingest's own message has priority`, () => {
    const status = { state: name, source: "rtsp://camera/1", mode: "video", message: "" };
    const view = describe({ ...LIVE, ...withState(name), status });
    assert.equal(view.state, name);
    assert.notEqual(view.tone, "good");
    assert.ok(view.cause.includes("rtsp://camera/1") && view.action);
    assert.doesNotMatch(Object.values(view).join(" "), /bsread|PUSH|message/);
    const withMessage = describe({ ...LIVE, ...withState(name), status: { ...status, message: "Wants a password." } });
    assert.equal(withMessage.cause, "Wants a password.");
  });
}

test("a pushed picture that has not arrived is not an error of ingest or Redis", () => {
  const status = { state: "live", source: "push", mode: "push", message: "", fps_in: 0 };
  const never = describe({ ...LIVE, status, drawnS: null, ageS: null });
  assert.equal(never.state, "stalled");
  assert.equal(never.tone, "wait");
  assert.equal(never.title, "No picture yet");
  assert.equal(describe({ ...LIVE, status, drawnS: 9, ageS: 9 }).title, "No newer picture");
  const pushes = describe({ ...LIVE, status: { ...status, fps_in: 10 }, drawnS: 9, ageS: 9 });
  assert.equal(pushes.tone, "bad");
});

test("a picture of a board that was restarted waits for the next push", () => {
  const status = { state: "waiting", source: "push", mode: "push", message: "Nothing has been pushed since." };
  const view = describe({ ...LIVE, status, statusS: 0.1, drawnS: null, ageS: null });
  assert.equal(view.title, "No picture yet");
  assert.equal(view.cause, "Nothing has been pushed since.");
});

test("an unknown stream is named, with the command that starts it", () => {
  const refusal = { error: "unknown stream 'camera'", hint: "known streams: hall", part: "stream" };
  const view = describe({ ...LIVE, connection: "refused", refusal });
  assert.equal(view.title, "No stream is called “camera”");
  assert.match(view.cause, /python -m ingest --source ADDRESS --stream camera .*known streams: hall/);
});

test("a refusal since Redis does not answer says that the picture server is down, not that the stream is wrong", () => {
  const refusal = { error: "Redis is unreachable: timed out", hint: "", part: "redis" };
  const { state, reason, title } = describe({ ...LIVE, connection: "refused", refusal });
  assert.deepEqual([state, reason], ["broker_lost", "picture server down"]);
  assert.match(title, /the picture server is down/);
});

test("a frame on its way when the source was lost does not revive it", () => {
  assert.equal(state(withState("lost", { statusS: 0.3, drawnS: 0.1 })), "lost");
});

test("frames that continue after the source was lost are live again before the status is", () => {
  assert.equal(state(withState("lost", { statusS: 0.9, drawnS: 0.01 })), "live");
});

test("the first frame is waited for before its absence is a fault", () => {
  assert.equal(state({ drawnS: null, ageS: null, watchingS: 0.5, statusS: 0.5 }), "first_frame");
  assert.equal(state({ drawnS: null, ageS: null, watchingS: 3 }), "stalled");
});

test("a source that is back is given time for its first frame", () => {
  assert.equal(state({ drawnS: 20, ageS: 20, stateS: 0.1 }), "first_frame");
});

test("a server that has stopped sending statuses is reported instead of the old status", () => {
  assert.equal(state({ drawnS: 9, ageS: 9, statusS: 6 }), "quiet");
  assert.equal(state(withState("silent", { drawnS: 9, statusS: 6 })), "quiet");
});

test("frames without any status are live", () => {
  assert.equal(state({ status: null, statusS: null }), "live");
});

for (const connection of ["opening", "unreachable", "hidden"]) {
  test(`a connection that is ${connection} has priority over a recent picture`, () => {
    const view = describe({ ...LIVE, connection });
    assert.equal(view.state, connection);
    assert.notEqual(view.tone, "good");
  });
}

test("a watch that is requested waits for the first frame", () => {
  assert.equal(state({ connection: "asking" }), "first_frame");
});

test("a refusal shows the server's error and hint", () => {
  const refusal = { error: "no stream x", hint: "known is camera" };
  const view = describe({ ...LIVE, connection: "refused", refusal });
  assert.deepEqual([view.state, view.title, view.cause], ["refused", refusal.error, refusal.hint]);
});

test("the status's own message is the most exact cause", () => {
  const status = { state: "lost", source: "tcp://camera:8888", message: "reset by peer" };
  const view = describe({ ...LIVE, status, statusS: 0.1 });
  assert.equal(view.cause, "reset by peer");
  assert.equal(describe({ ...LIVE, connection: "unreachable", status }).cause.includes("reset"), false);
});

for (const odd of ["constructor", "unknown", "a state of tomorrow"]) {
  test(`the state “${odd}” is shown as it is`, () => {
    const view = describe({ ...LIVE, ...withState(odd) });
    assert.equal(view.state, odd);
    assert.match(view.title, new RegExp(odd));
  });
}

test("numbers of an old status, or of one without ingest or broker, are outdated", () => {
  assert.equal(isStatusCurrent({ state: "live" }, 1), true);
  assert.equal(isStatusCurrent({ state: "lost" }, 1), true);
  assert.equal(isStatusCurrent({ state: "live" }, 6), false);
  assert.equal(isStatusCurrent({ state: "broker_lost" }, 0), false);
  assert.equal(isStatusCurrent(null, null), false);
});

test("an image fills the main area, or else curves, or else values", () => {
  assert.equal(chooseLayout({ image: true, imageS: 0, curves: true }), "picture");
  assert.equal(chooseLayout({ image: false, imageS: null, curves: true }), "curves");
  assert.equal(chooseLayout({ image: false, imageS: null, curves: false }), "values");
});

test("one frame without its image changes nothing, and an old picture is removed", () => {
  assert.equal(chooseLayout({ image: false, imageS: 0.1, curves: true }), "picture");
  assert.equal(chooseLayout({ image: false, imageS: 2.5, curves: true }), "curves");
});
