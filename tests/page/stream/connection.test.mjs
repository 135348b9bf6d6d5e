import assert from "node:assert/strict";
import test from "node:test";

import { Connection } from "../../../web/static/js/stream/connection.js";

/** A socket.io client as far as the connection uses it. */
class Socket {
  connected = false;
  connects = 0;
  disconnects = 0;
  sent = [];
  io = { opts: { transports: ["websocket", "polling"] } };
  #handlers = {};

  on(event, handler) {
    this.#handlers[event] = handler;
  }
  off() {
    this.#handlers = {};
  }
  connect() {
    this.connects += 1;
  }
  disconnect() {
    this.disconnects += 1;
    if (this.connected) {
      this.receive("disconnect", "io client disconnect"); // socket.io says nothing of one that was not connected
    }
  }
  timeout() {
    return this;
  }
  emit(event, payload, answer) {
    this.sent.push({ event, payload, answer });
  }
  receive(event, ...payload) {
    if (event === "connect") this.connected = true;
    if (event === "disconnect") this.connected = false;
    this.#handlers[event]?.(...payload);
  }
  get last() {
    return this.sent.at(-1);
  }
}

function watched({ answer = { stream: "camera", status: null, schema: null }, fetchRejection = async () => null, onRefusal = () => {} } = {}) {
  const socket = new Socket();
  const calls = [];
  const timers = [];
  const record = (kind) => (...values) => calls.push([kind, ...values]);
  const listener = Object.fromEntries(
    ["onConnectionState", "onConnect", "onAnswer", "onFrame", "onPulses", "onStatus", "onSchema", "onNotice"].map((name) => [
      name,
      record(name),
    ]),
  );
  listener.onRefusal = () => onRefusal(connection);
  const connection = new Connection(socket, "camera", listener, {
    start: (run, ms) => timers.push({ run, ms }) && timers.at(-1),
    stop: (timer) => timers.splice(timers.indexOf(timer), 1),
    random: () => 1,
    nowS: () => socket.sent.length,
  }, fetchRejection);
  const fire = () => timers.shift().run();
  connection.open();
  if (answer) {
    socket.receive("connect");
    socket.last.answer(null, answer);
  }
  return { socket, connection, calls, timers, fire };
}

test("the page requests its stream and passes on what arrives", () => {
  const status = { stream: "camera", state: "live" };
  const schema = { stream: "camera", channels: [] };
  const { socket, connection, calls } = watched({ answer: { stream: "camera", status, schema } });
  assert.deepEqual(socket.last.payload, { stream: "camera", rendition: "full" });
  assert.equal(connection.state, "watching");
  socket.receive("frame", "bytes");
  assert.deepEqual(calls.filter(([kind]) => kind !== "onConnectionState"), [
    ["onConnect"],
    ["onAnswer", 1, undefined, 2],
    ["onStatus", status],
    ["onSchema", schema],
    ["onFrame", "bytes", 2],
  ]);
});

test("a frame that arrives before the watch is ignored", () => {
  const { socket, calls } = watched({ answer: null });
  socket.receive("connect");
  socket.receive("frame", "bytes");
  assert.ok(!calls.some(([kind]) => kind === "onFrame"));
});

test("the status of another stream is ignored", () => {
  const { socket, calls } = watched();
  socket.receive("status", { stream: "other", state: "lost" });
  socket.receive("status", null);
  assert.ok(!calls.some(([kind]) => kind === "onStatus"));
});

test("a refusal is shown and the request repeated every second", () => {
  const { socket, connection, calls, timers, fire } = watched({
    answer: { error: "no stream", hint: "known is x" },
  });
  assert.deepEqual(calls.at(-1), ["onConnectionState", "refused", { error: "no stream", hint: "known is x" }]);
  assert.equal(timers[0].ms, 1000);
  fire();
  assert.equal(connection.state, "refused");
  socket.last.answer(null, { stream: "camera" });
  assert.equal(connection.state, "watching");
});

for (const answer of [undefined, "yes", 5]) {
  test(`the answer ${JSON.stringify(answer)} counts as a refusal`, () => {
    const { socket, connection } = watched({ answer: null });
    socket.receive("connect");
    socket.last.answer(null, answer);
    assert.equal(connection.state, "refused");
  });
}

test("a request without an answer is repeated", () => {
  const { socket, connection, fire } = watched({ answer: null });
  socket.receive("connect");
  socket.last.answer(new Error("timeout"));
  assert.equal(connection.state, "refused");
  fire();
  assert.equal(socket.sent.filter(({ event }) => event === "watch").length, 2);
});

test("reconnection starts quickly, then is tried once a second", () => {
  const { socket, connection, timers, fire } = watched();
  socket.receive("disconnect", "transport close");
  assert.equal(connection.state, "unreachable");
  const delays = [];
  for (let n = 0; n < 6; n += 1) {
    delays.push(timers[0].ms);
    fire();
    socket.receive("connect_error", new Error("refused"));
  }
  assert.deepEqual(delays, [200, 400, 800, 1000, 1000, 1000]);
  assert.equal(socket.connects, 7);
});

test("a connection that the server does not confirm within ten seconds is closed and tried again", () => {
  const { socket, connection, timers, fire } = watched({ answer: null });
  assert.equal(connection.state, "opening");
  assert.deepEqual(timers.map(({ ms }) => ms), [10_000]);
  fire(); // the answer was damaged: the client ignores it, and the server waits for the client
  assert.equal(socket.disconnects, 1);
  assert.equal(connection.state, "unreachable");
  assert.deepEqual(timers.map(({ ms }) => ms), [200]);
  fire();
  assert.equal(socket.connects, 2);
  socket.receive("connect");
  socket.last.answer(null, { stream: "camera" });
  assert.equal(connection.state, "watching");
  assert.deepEqual(timers, []);
});

test("a later connection has the same time limit", () => {
  const { socket, timers, fire } = watched();
  socket.receive("disconnect", "transport close");
  fire();
  assert.deepEqual(timers.map(({ ms }) => ms), [10_000]);
  fire();
  assert.equal(socket.disconnects, 1);
  assert.equal(timers.length, 1);
});

test("a network that comes back while a connection is being opened does not open another", () => {
  const { socket, connection, timers } = watched({ answer: null });
  connection.retryNow();
  assert.equal(socket.connects, 1);
  assert.deepEqual(timers.map(({ ms }) => ms), [10_000]);
});

test("a connection closed by the server is reopened, too", () => {
  const { socket, timers } = watched();
  socket.receive("disconnect", "io server disconnect");
  assert.equal(timers.length, 1);
});

test("after a reconnection the stream is requested again", () => {
  const { socket, connection, fire } = watched();
  socket.receive("disconnect", "transport close");
  fire();
  socket.receive("connect");
  assert.equal(socket.sent.filter(({ event }) => event === "watch").length, 2);
  socket.last.answer(null, { stream: "camera" });
  assert.equal(connection.state, "watching");
});

test("after a timeout polling is tried first, for networks that drop WebSocket", () => {
  const { socket, fire } = watched();
  socket.receive("disconnect");
  socket.receive("connect_error", new Error("websocket error"));
  assert.equal(socket.io.opts.transports[0], "websocket");
  fire();
  socket.receive("connect_error", new Error("timeout"));
  assert.equal(socket.io.opts.transports[0], "polling");
});

test("when polling fails, as between workers that share no session, WebSocket is tried first again", () => {
  const { socket, fire } = watched();
  socket.receive("disconnect", "ping timeout");
  fire();
  socket.receive("connect_error", new Error("timeout"));
  fire();
  socket.receive("connect_error", new Error("xhr post error"));
  assert.equal(socket.io.opts.transports[0], "websocket");
  fire();
  socket.receive("connect_error", new Error("websocket error"));
  assert.equal(socket.io.opts.transports[0], "websocket");
});

test("a hidden tab stops watching, and watches again when visible", () => {
  const { socket, connection } = watched();
  connection.setVisible(false);
  assert.equal(socket.last.event, "unwatch");
  assert.equal(connection.state, "hidden");
  connection.setVisible(true);
  assert.equal(socket.last.event, "watch");
});

test("a tab that is hidden before the answer does not watch", () => {
  const { socket, connection } = watched({ answer: null });
  socket.receive("connect");
  const request = socket.last;
  connection.setVisible(false);
  request.answer(null, { stream: "camera" });
  assert.equal(connection.state, "hidden");
});

test("a refused watch is not repeated while the tab is hidden", () => {
  const { connection, timers } = watched({ answer: { error: "no", hint: "" } });
  connection.setVisible(false);
  assert.equal(timers.length, 0);
});

test("a hidden tab that reconnects does not watch", () => {
  const { socket, connection, fire } = watched();
  connection.setVisible(false);
  socket.receive("disconnect");
  fire();
  socket.receive("connect");
  assert.equal(socket.sent.filter(({ event }) => event === "watch").length, 1);
  assert.equal(connection.state, "hidden");
});

test("a tab that becomes visible connects immediately", () => {
  const { socket, connection, timers } = watched();
  socket.receive("disconnect");
  connection.setVisible(false);
  const before = socket.connects;
  connection.setVisible(true);
  assert.equal(socket.connects, before + 1);
  assert.deepEqual(timers.map(({ ms }) => ms), [10_000]); // the limit of this attempt
});

test("pulses of a skipped frame are passed on while the stream is watched", () => {
  const { socket, calls } = watched();
  const message = { stream: "camera", epoch: 1, seq: 4, pulses: { pulse_id: [7] } };
  socket.receive("pulses", { ...message, stream: "another" });
  socket.receive("pulses", message);
  assert.deepEqual(calls.at(-1), ["onPulses", message]);
  assert.equal(calls.filter(([kind]) => kind === "onPulses").length, 1);
});

test("a notice is always a text", () => {
  const { socket, calls } = watched();
  socket.receive("notice", { text: "<b>stop at four</b>" });
  socket.receive("notice", null);
  assert.deepEqual(calls.slice(-2), [["onNotice", "<b>stop at four</b>"], ["onNotice", ""]]);
});

test("before a watch the page announces that it will report", () => {
  const { socket } = watched();
  assert.deepEqual(
    socket.sent.map(({ event, payload }) => [event, payload]),
    [["drawn", {}], ["watch", { stream: "camera", rendition: "full" }]],
  );
});

test("drawn frames are reported, and the server's time is requested only if needed", () => {
  const { socket, connection, calls } = watched();
  connection.report({ epoch: 3, seq: 7, pulse_id: 1 }, 0.1, false);
  assert.deepEqual(socket.last.payload, { stream: "camera", epoch: 3, seq: 7, ago: 0.1 });
  assert.equal(socket.last.answer, undefined);
  connection.report({ epoch: 3, seq: 8 }, 0.1, true);
  socket.last.answer(null, { t: 1000 });
  assert.deepEqual(calls.at(-1), ["onAnswer", 3, 1000, 4]);
});

test("nothing is reported while the connection is lost, nor afterwards", () => {
  const { socket, connection } = watched();
  socket.receive("disconnect", "transport close");
  const before = socket.sent.length;
  connection.report({ epoch: 3, seq: 7 }, 0.1, true);
  assert.equal(socket.sent.length, before);
});

test("a missing answer does not affect the clock", () => {
  const { socket, connection, calls } = watched();
  connection.report({ epoch: 3, seq: 8 }, 0.1, true);
  const before = calls.length;
  socket.last.answer(new Error("timeout"));
  assert.equal(calls.length, before);
});

test("the answer to a watch has the server's time", () => {
  const { calls } = watched({ answer: { stream: "camera", t: 1234 } });
  assert.ok(calls.some(([kind, , t]) => kind === "onAnswer" && t === 1234));
});

test("another rendition takes over without a gap", () => {
  const { socket, connection, calls } = watched();
  const changes = () => calls.filter(([kind]) => kind === "onConnectionState").length;
  const before = changes();
  connection.setRendition("half");
  assert.deepEqual(socket.last.payload, { stream: "camera", rendition: "half" });
  socket.receive("frame", "still full");
  socket.last.answer(null, { stream: "camera", rendition: "half" });
  socket.receive("frame", "half");
  assert.equal(connection.state, "watching");
  assert.equal(changes(), before);
  assert.equal(calls.filter(([kind]) => kind === "onFrame").length, 2);
});

test("the same rendition is not requested again", () => {
  const { socket, connection } = watched();
  const before = socket.sent.length;
  connection.setRendition("full");
  assert.equal(socket.sent.length, before);
});

test("a change of rendition that fails keeps the picture and is repeated", () => {
  for (const failed of [[new Error("timeout")], [null, { error: "no", hint: "" }]]) {
    const { socket, connection, timers, fire } = watched();
    connection.setRendition("half");
    socket.last.answer(...failed);
    assert.equal(connection.state, "watching");
    assert.equal(timers[0].ms, 1000);
    fire();
    assert.deepEqual(socket.last.payload, { stream: "camera", rendition: "half" });
  }
});

const fallBack = (connection) => connection.setRendition("half");

test("a page that falls back from a refused rendition asks for the other one at once", () => {
  const { socket, connection, timers } = watched({ onRefusal: fallBack });
  connection.setRendition("half-log");
  socket.last.answer(null, { error: "no such rendition", hint: "allowed: full, half, quarter" });
  assert.deepEqual(socket.last.payload, { stream: "camera", rendition: "half" });
  assert.equal(timers.length, 0);
  socket.last.answer(null, { stream: "camera" });
  assert.equal(connection.state, "watching");
});

test("it stays dark no longer where nothing was watched before", () => {
  const { socket, connection, calls } = watched({ answer: null, onRefusal: fallBack });
  connection.setRendition("half-log");
  socket.receive("connect");
  socket.last.answer(null, { error: "no such rendition", hint: "" });
  assert.deepEqual(socket.last.payload, { stream: "camera", rendition: "half" });
  socket.last.answer(null, { stream: "camera" });
  assert.equal(connection.state, "watching");
  assert.ok(!calls.some(([, state]) => state === "refused"));
});

test("a rendition chosen while the watch is refused is asked for at once", () => {
  const { socket, connection, timers } = watched({ answer: { error: "no", hint: "" } });
  connection.setRendition("half");
  assert.deepEqual(socket.last.payload, { stream: "camera", rendition: "half" });
  assert.equal(timers.length, 0);
  assert.equal(connection.state, "refused");
});

test("a server that does not answer in time has refused nothing", () => {
  const { socket, connection } = watched({ onRefusal: fallBack });
  connection.setRendition("half-log");
  socket.last.answer(new Error("timeout"));
  assert.deepEqual(socket.last.payload, { stream: "camera", rendition: "half-log" });
});

test("only the last rendition requested counts", () => {
  const { socket, connection, timers } = watched();
  connection.setRendition("half");
  const first = socket.last;
  connection.setRendition("quarter");
  first.answer(null, { error: "no", hint: "" });
  assert.equal(timers.length, 0);
});

test("the rendition is kept across a reconnection and while the tab is hidden", () => {
  const { socket, connection, fire } = watched();
  connection.setRendition("half");
  socket.receive("disconnect", "transport close");
  fire();
  socket.receive("connect");
  assert.equal(socket.last.payload.rendition, "half");
  socket.last.answer(null, { stream: "camera" });
  connection.setVisible(false);
  connection.setRendition("quarter");
  assert.equal(socket.last.event, "unwatch");
  connection.setVisible(true);
  assert.equal(socket.last.payload.rendition, "quarter");
});

test("a closed connection is not reopened", () => {
  const { socket, connection, timers } = watched();
  connection.close();
  assert.equal(socket.connected, false);
  assert.deepEqual(timers, []);
});

test("a connection that is closed before a retry is not reopened", () => {
  const { socket, connection, timers } = watched();
  socket.receive("disconnect", "transport close");
  connection.close();
  assert.deepEqual(timers, []);
});

test("of frames that overtake the answer to their watch the newest is used", () => {
  const { socket, connection, calls } = watched({ answer: null });
  socket.receive("connect");
  socket.receive("frame", "first");
  socket.receive("frame", "second");
  socket.last.answer(null, { stream: "camera" });
  assert.deepEqual(calls.filter(([kind]) => kind === "onFrame"), [["onFrame", "second", 2]]);
  assert.equal(connection.state, "watching");
});

test("a frame that arrives while the tab is hidden is not shown later", () => {
  const { socket, connection, calls } = watched();
  connection.setVisible(false);
  socket.receive("frame", "old");
  connection.setVisible(true);
  socket.last.answer(null, { stream: "camera" });
  assert.ok(!calls.some(([kind]) => kind === "onFrame"));
});

const loggedOut = { state: "logged_out", refusal: { error: "not logged in", hint: "log in" } };

test("a page whose connection is rejected shows that its login has ended, until that changes", async () => {
  let rejection = loggedOut;
  const { socket, connection, calls, fire } = watched({ fetchRejection: async () => rejection });
  socket.receive("disconnect", "transport close");
  socket.receive("connect_error", new Error("websocket error"));
  await null;
  await null;
  assert.equal(connection.state, "logged_out");
  assert.deepEqual(calls.at(-1), ["onConnectionState", "logged_out", loggedOut.refusal]);

  fire();
  socket.receive("connect_error", new Error("websocket error"));
  assert.equal(connection.state, "logged_out");

  rejection = null;
  fire();
  socket.receive("connect_error", new Error("websocket error"));
  await null;
  await null;
  assert.equal(connection.state, "unreachable");
});

test("a late reason for an earlier rejection does not affect a new connection", async () => {
  let resolve;
  const { socket, connection } = watched({ fetchRejection: () => new Promise((done) => (resolve = done)) });
  socket.receive("disconnect", "transport close");
  socket.receive("connect_error", new Error("websocket error"));
  socket.receive("connect");
  socket.last.answer(null, { stream: "camera" });
  resolve(loggedOut);
  await null;
  await null;
  assert.equal(connection.state, "watching");
});
