import assert from "node:assert/strict";
import test from "node:test";

import { Connection } from "../../../web/static/js/stream/connection.js";
import { EarlySocket } from "../../../web/static/js/stream/early-socket.js";

/** A socket.io client as far as it is used. */
class Socket {
  connects = 0;
  disconnects = 0;
  sent = [];
  auth = {};
  io = { opts: { transports: ["websocket", "polling"] }, on: (_, handler) => (this.open = handler) };
  #handlers = {};

  on(event, handler) {
    this.#handlers[event] = handler;
  }
  connect() {
    this.connects += 1;
  }
  disconnect() {
    this.disconnects += 1;
  }
  timeout() {
    return this;
  }
  emit(event, payload, answer) {
    this.sent.push({ event, payload, answer });
  }
  receive(event, payload) {
    this.#handlers[event](payload);
  }
  get events() {
    return this.sent.map(({ event }) => event);
  }
}

/** Return an early socket of the stream "camera", and a page's connection that is not open yet. */
function scene() {
  const socket = new Socket();
  const pending = [];
  const clock = { s: 0 };
  const timers = {
    start: (run) => pending.push(run) && run,
    stop: (timer) => pending.splice(pending.indexOf(timer), 1),
    random: () => 1,
    nowS: () => clock.s,
  };
  const early = new EarlySocket(socket, "camera", timers);
  const calls = [];
  const listener = new Proxy({}, { get: (_, name) => (...values) => calls.push([name, ...values]) });
  const connection = new Connection(early, "camera", listener, timers, async () => null);
  return { socket, early, connection, calls, clock, fire: () => pending.shift()() };
}

const ANSWER = { stream: "camera", rendition: "full", status: { stream: "camera" }, schema: { channels: [] }, t: 5 };

test("the stream is watched with the connection, before the page is there", () => {
  const { socket } = scene();
  assert.equal(socket.connects, 1);
  assert.deepEqual(socket.auth, { drawn: {}, watch: { stream: "camera", rendition: "full" } });
});

test("what arrived before the page is passed on when the page connects, with the time of arrival", () => {
  const { socket, connection, calls, clock } = scene();
  socket.receive("connect");
  socket.receive("watched", ANSWER);
  clock.s = 1;
  socket.receive("frame", "first");
  clock.s = 2;
  socket.receive("frame", "second");
  clock.s = 3;
  connection.open();
  assert.equal(connection.state, "watching");
  assert.deepEqual(calls.filter(([name]) => name === "onFrame"), [["onFrame", "first", 1], ["onFrame", "second", 2]]);
  assert.deepEqual(calls.filter(([name]) => name === "onStatus"), [["onStatus", ANSWER.status]]);
  assert.deepEqual(calls.filter(([name]) => name === "onSchema"), [["onSchema", ANSWER.schema]]);
  assert.deepEqual([socket.connects, socket.events], [1, ["drawn"]]);
});

test("a page that is ready first gets the answer when it arrives, and sends no other request", () => {
  const { socket, connection, calls } = scene();
  connection.open();
  assert.equal(connection.state, "opening");
  assert.deepEqual(socket.auth.watch, { stream: "camera", rendition: "full" }); // it is sent later
  socket.receive("connect");
  assert.equal(connection.state, "asking");
  socket.receive("watched", ANSWER);
  assert.equal(connection.state, "watching");
  socket.receive("frame", "bytes");
  assert.ok(calls.some(([name, message]) => name === "onFrame" && message === "bytes"));
  assert.deepEqual(socket.events, ["drawn"]);
});

test("the clock learns when the early watch was sent and answered", () => {
  const { socket, connection, calls, clock } = scene();
  clock.s = 1;
  socket.open();
  clock.s = 2;
  socket.receive("connect");
  socket.receive("watched", ANSWER);
  clock.s = 3;
  socket.open(); // again, after the connection broke
  connection.open();
  assert.deepEqual(calls.filter(([name]) => name === "onAnswer"), [["onAnswer", 1, 5, 2]]);
});

test("a refusal is shown as one", () => {
  const { socket, connection } = scene();
  socket.receive("connect");
  socket.receive("watched", { error: "no stream", hint: "known is x" });
  connection.open();
  assert.equal(connection.state, "refused");
});

for (const answer of [null, undefined, "yes", 5]) {
  test(`the answer ${JSON.stringify(answer)} counts as a refusal`, () => {
    const { socket, connection } = scene();
    socket.receive("connect");
    socket.receive("watched", answer);
    connection.open();
    assert.equal(connection.state, "refused");
  });
}

test("a page that wants another rendition requests it", () => {
  const { socket, connection } = scene();
  socket.receive("connect");
  socket.receive("watched", ANSWER);
  connection.setRendition("half");
  connection.open();
  assert.deepEqual(socket.sent.at(-1).payload, { stream: "camera", rendition: "half" });
  socket.sent.at(-1).answer(null, { ...ANSWER, rendition: "half" });
  assert.equal(connection.state, "watching");
});

test("a server that does not answer the early watch is asked again", () => {
  const { socket, connection, fire } = scene();
  connection.open();
  socket.receive("connect");
  fire(); // the answer's time-out
  assert.equal(connection.state, "refused");
  fire(); // the next attempt
  assert.deepEqual(socket.events, ["drawn", "drawn", "watch"]);
});

test("a page that is hidden when it connects watches nothing", () => {
  const { socket, connection } = scene();
  connection.setVisible(false);
  socket.receive("connect");
  socket.receive("watched", ANSWER);
  connection.open();
  assert.equal(connection.state, "hidden");
  assert.deepEqual(socket.sent, [{ event: "unwatch", payload: { stream: "camera" }, answer: undefined }]);
});

test("a connection that failed before the page was there is tried again", () => {
  const { socket, connection, fire } = scene();
  socket.receive("connect_error", new Error("timeout"));
  connection.open();
  assert.equal(connection.state, "unreachable");
  fire();
  assert.equal(socket.connects, 2);
  socket.receive("connect");
  assert.deepEqual(socket.events, ["drawn", "watch"]); // the early watch was never sent
});

test("a later connection watches what the page requests", () => {
  const { socket, connection, fire } = scene();
  socket.receive("connect");
  socket.receive("watched", ANSWER);
  connection.open();
  socket.receive("disconnect", "transport close");
  fire();
  assert.deepEqual([socket.connects, socket.auth], [2, {}]);
  socket.receive("connect");
  assert.deepEqual(socket.events, ["drawn", "drawn", "watch"]);
});

test("without a page the connection is closed, and a page that comes later opens another", () => {
  const { socket, connection, fire } = scene();
  socket.receive("connect");
  socket.receive("watched", ANSWER);
  socket.receive("frame", "bytes");
  fire(); // nothing has used it
  assert.equal(socket.disconnects, 1);
  connection.open();
  assert.equal(connection.state, "unreachable");
  fire();
  assert.equal(socket.connects, 2);
});
