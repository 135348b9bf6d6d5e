import assert from "node:assert/strict";
import test from "node:test";

import { Connection } from "../../../web/static/js/stream/connection.js";

/** A socket.io client as far as the connection uses it. */
class Socket {
  connected = false;
  connects = 0;
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
    this.hear("disconnect", "io client disconnect");
  }
  timeout() {
    return this;
  }
  emit(event, payload, answer) {
    this.sent.push({ event, payload, answer });
  }
  hear(event, ...payload) {
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
  const heard = [];
  const timers = [];
  const note = (kind) => (...what) => heard.push([kind, ...what]);
  const listener = Object.fromEntries(
    ["onLinkChange", "onConnect", "onAnswer", "onFrame", "onPulses", "onStatus", "onSchema", "onNotice"].map((name) => [
      name,
      note(name),
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
    socket.hear("connect");
    socket.last.answer(null, answer);
  }
  return { socket, connection, heard, timers, fire };
}

test("the page asks for its stream by itself and shows what comes", () => {
  const status = { stream: "camera", state: "live" };
  const schema = { stream: "camera", channels: [] };
  const { socket, connection, heard } = watched({ answer: { stream: "camera", status, schema } });
  assert.deepEqual(socket.last.payload, { stream: "camera", rendition: "full" });
  assert.equal(connection.link, "watching");
  socket.hear("frame", "bytes");
  assert.deepEqual(heard.filter(([kind]) => kind !== "onLinkChange"), [
    ["onConnect"],
    ["onAnswer", 1, undefined],
    ["onStatus", status],
    ["onSchema", schema],
    ["onFrame", "bytes"],
  ]);
});

test("a frame that comes while nobody watches is left", () => {
  const { socket, heard } = watched({ answer: null });
  socket.hear("connect");
  socket.hear("frame", "bytes");
  assert.ok(!heard.some(([kind]) => kind === "onFrame"));
});

test("the status of another stream is not ours", () => {
  const { socket, heard } = watched();
  socket.hear("status", { stream: "other", state: "lost" });
  socket.hear("status", null);
  assert.ok(!heard.some(([kind]) => kind === "onStatus"));
});

test("a refusal is shown and the question repeated every second", () => {
  const { socket, connection, heard, timers, fire } = watched({
    answer: { error: "no stream", hint: "known is x" },
  });
  assert.deepEqual(heard.at(-1), ["onLinkChange", "refused", { error: "no stream", hint: "known is x" }]);
  assert.equal(timers[0].ms, 1000);
  fire();
  assert.equal(connection.link, "refused");
  socket.last.answer(null, { stream: "camera" });
  assert.equal(connection.link, "watching");
});

for (const answer of [undefined, "yes", 5]) {
  test(`the answer ${JSON.stringify(answer)} is taken as a refusal`, () => {
    const { socket, connection } = watched({ answer: null });
    socket.hear("connect");
    socket.last.answer(null, answer);
    assert.equal(connection.link, "refused");
  });
}

test("a question without an answer is asked again", () => {
  const { socket, connection, fire } = watched({ answer: null });
  socket.hear("connect");
  socket.last.answer(new Error("timeout"));
  assert.equal(connection.link, "refused");
  fire();
  assert.equal(socket.sent.filter(({ event }) => event === "watch").length, 2);
});

test("a lost server is tried again quickly, then every second at most", () => {
  const { socket, connection, timers, fire } = watched();
  socket.hear("disconnect", "transport close");
  assert.equal(connection.link, "unreachable");
  const delays = [];
  for (let n = 0; n < 6; n += 1) {
    delays.push(timers[0].ms);
    fire();
    socket.hear("connect_error", new Error("refused"));
  }
  assert.deepEqual(delays, [200, 400, 800, 1000, 1000, 1000]);
  assert.equal(socket.connects, 7);
});

test("a server that closes the connection itself is tried again too", () => {
  const { socket, timers } = watched();
  socket.hear("disconnect", "io server disconnect");
  assert.equal(timers.length, 1);
});

test("after a reconnection the stream is asked for again", () => {
  const { socket, connection, fire } = watched();
  socket.hear("disconnect", "transport close");
  fire();
  socket.hear("connect");
  assert.equal(socket.sent.filter(({ event }) => event === "watch").length, 2);
  socket.last.answer(null, { stream: "camera" });
  assert.equal(connection.link, "watching");
});

test("polling goes first after a timeout, for networks that swallow WebSocket", () => {
  const { socket, fire } = watched();
  socket.hear("disconnect");
  socket.hear("connect_error", new Error("websocket error"));
  assert.equal(socket.io.opts.transports[0], "websocket");
  fire();
  socket.hear("connect_error", new Error("timeout"));
  assert.equal(socket.io.opts.transports[0], "polling");
});

test("WebSocket goes first again when polling fails, as between workers that share no session", () => {
  const { socket, fire } = watched();
  socket.hear("disconnect", "ping timeout");
  fire();
  socket.hear("connect_error", new Error("timeout"));
  fire();
  socket.hear("connect_error", new Error("xhr post error"));
  assert.equal(socket.io.opts.transports[0], "websocket");
  fire();
  socket.hear("connect_error", new Error("websocket error"));
  assert.equal(socket.io.opts.transports[0], "websocket");
});

test("a hidden tab stops watching and a seen one watches again", () => {
  const { socket, connection } = watched();
  connection.setVisible(false);
  assert.equal(socket.last.event, "unwatch");
  assert.equal(connection.link, "hidden");
  connection.setVisible(true);
  assert.equal(socket.last.event, "watch");
});

test("a tab that is hidden before the answer came does not watch", () => {
  const { socket, connection } = watched({ answer: null });
  socket.hear("connect");
  const asked = socket.last;
  connection.setVisible(false);
  asked.answer(null, { stream: "camera" });
  assert.equal(connection.link, "hidden");
});

test("a refused watch is not repeated while nobody sees it", () => {
  const { connection, timers } = watched({ answer: { error: "no", hint: "" } });
  connection.setVisible(false);
  assert.equal(timers.length, 0);
});

test("a hidden tab that reconnects does not watch", () => {
  const { socket, connection, fire } = watched();
  connection.setVisible(false);
  socket.hear("disconnect");
  fire();
  socket.hear("connect");
  assert.equal(socket.sent.filter(({ event }) => event === "watch").length, 1);
  assert.equal(connection.link, "hidden");
});

test("a tab that is seen again, or a network that is back, connects at once", () => {
  const { socket, connection, timers } = watched();
  socket.hear("disconnect");
  connection.setVisible(false);
  const before = socket.connects;
  connection.setVisible(true);
  assert.equal(socket.connects, before + 1);
  assert.equal(timers.length, 0);
});

test("pulses of a frame that did not come are told while the stream is watched", () => {
  const { socket, heard } = watched();
  const held = { stream: "camera", epoch: 1, seq: 4, pulses: { pulse_id: [7] } };
  socket.hear("pulses", { ...held, stream: "another" });
  socket.hear("pulses", held);
  assert.deepEqual(heard.at(-1), ["onPulses", held]);
  assert.equal(heard.filter(([kind]) => kind === "onPulses").length, 1);
});

test("a notice is a text, whatever came", () => {
  const { socket, heard } = watched();
  socket.hear("notice", { text: "<b>stop at four</b>" });
  socket.hear("notice", null);
  assert.deepEqual(heard.slice(-2), [["onNotice", "<b>stop at four</b>"], ["onNotice", ""]]);
});

test("before a watch the page announces that it will report", () => {
  const { socket } = watched();
  assert.deepEqual(
    socket.sent.map(({ event, payload }) => [event, payload]),
    [["drawn", {}], ["watch", { stream: "camera", rendition: "full" }]],
  );
});

test("what was drawn is reported, and the server's time asked for only where it is wanted", () => {
  const { socket, connection, heard } = watched();
  connection.report({ epoch: 3, seq: 7, pulse_id: 1 }, 0.1, false);
  assert.deepEqual(socket.last.payload, { stream: "camera", epoch: 3, seq: 7, ago: 0.1 });
  assert.equal(socket.last.answer, undefined);
  connection.report({ epoch: 3, seq: 8 }, 0.1, true);
  socket.last.answer(null, { t: 1000 });
  assert.deepEqual(heard.at(-1), ["onAnswer", 3, 1000]);
});

test("nothing is reported while the line is lost, nor afterwards", () => {
  const { socket, connection } = watched();
  socket.hear("disconnect", "transport close");
  const before = socket.sent.length;
  connection.report({ epoch: 3, seq: 7 }, 0.1, true);
  assert.equal(socket.sent.length, before);
});

test("an answer that does not come teaches nothing about the clock", () => {
  const { socket, connection, heard } = watched();
  connection.report({ epoch: 3, seq: 8 }, 0.1, true);
  const before = heard.length;
  socket.last.answer(new Error("timeout"));
  assert.equal(heard.length, before);
});

test("the server's time comes with the answer to a watch", () => {
  const { heard } = watched({ answer: { stream: "camera", t: 1234 } });
  assert.ok(heard.some(([kind, , t]) => kind === "onAnswer" && t === 1234));
});

test("another rendition takes over without a gap", () => {
  const { socket, connection, heard } = watched();
  const links = () => heard.filter(([kind]) => kind === "onLinkChange").length;
  const before = links();
  connection.setRendition("half");
  assert.deepEqual(socket.last.payload, { stream: "camera", rendition: "half" });
  socket.hear("frame", "still full");
  socket.last.answer(null, { stream: "camera", rendition: "half" });
  socket.hear("frame", "half");
  assert.equal(connection.link, "watching");
  assert.equal(links(), before);
  assert.equal(heard.filter(([kind]) => kind === "onFrame").length, 2);
});

test("the same rendition again asks nothing", () => {
  const { socket, connection } = watched();
  const before = socket.sent.length;
  connection.setRendition("full");
  assert.equal(socket.sent.length, before);
});

test("a change-over that is refused or not answered leaves the picture and is asked for again", () => {
  for (const failed of [[new Error("timeout")], [null, { error: "no", hint: "" }]]) {
    const { socket, connection, timers, fire } = watched();
    connection.setRendition("half");
    socket.last.answer(...failed);
    assert.equal(connection.link, "watching");
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
  assert.equal(connection.link, "watching");
});

test("it stays dark no longer where nothing was watched before", () => {
  const { socket, connection, heard } = watched({ answer: null, onRefusal: fallBack });
  connection.setRendition("half-log");
  socket.hear("connect");
  socket.last.answer(null, { error: "no such rendition", hint: "" });
  assert.deepEqual(socket.last.payload, { stream: "camera", rendition: "half" });
  socket.last.answer(null, { stream: "camera" });
  assert.equal(connection.link, "watching");
  assert.ok(!heard.some(([, link]) => link === "refused"));
});

test("a rendition chosen while the watch is refused is asked for at once", () => {
  const { socket, connection, timers } = watched({ answer: { error: "no", hint: "" } });
  connection.setRendition("half");
  assert.deepEqual(socket.last.payload, { stream: "camera", rendition: "half" });
  assert.equal(timers.length, 0);
  assert.equal(connection.link, "refused");
});

test("a server that does not answer in time has refused nothing", () => {
  const { socket, connection } = watched({ onRefusal: fallBack });
  connection.setRendition("half-log");
  socket.last.answer(new Error("timeout"));
  assert.deepEqual(socket.last.payload, { stream: "camera", rendition: "half-log" });
});

test("only the last rendition asked for counts", () => {
  const { socket, connection, timers } = watched();
  connection.setRendition("half");
  const first = socket.last;
  connection.setRendition("quarter");
  first.answer(null, { error: "no", hint: "" });
  assert.equal(timers.length, 0);
});

test("the rendition is kept over a reconnection and while nobody looks", () => {
  const { socket, connection, fire } = watched();
  connection.setRendition("half");
  socket.hear("disconnect", "transport close");
  fire();
  socket.hear("connect");
  assert.equal(socket.last.payload.rendition, "half");
  socket.last.answer(null, { stream: "camera" });
  connection.setVisible(false);
  connection.setRendition("quarter");
  assert.equal(socket.last.event, "unwatch");
  connection.setVisible(true);
  assert.equal(socket.last.payload.rendition, "quarter");
});

test("a connection that is closed hangs up and does not come back", () => {
  const { socket, connection, timers } = watched();
  connection.close();
  assert.equal(socket.connected, false);
  assert.deepEqual(timers, []);
});

test("a connection that is closed while it waits to try again tries no more", () => {
  const { socket, connection, timers } = watched();
  socket.hear("disconnect", "transport close");
  connection.close();
  assert.deepEqual(timers, []);
});

test("the newest frame that overtakes the answer to its watch is taken with it", () => {
  const { socket, connection, heard } = watched({ answer: null });
  socket.hear("connect");
  socket.hear("frame", "first");
  socket.hear("frame", "second");
  socket.last.answer(null, { stream: "camera" });
  assert.deepEqual(heard.filter(([kind]) => kind === "onFrame"), [["onFrame", "second"]]);
  assert.equal(connection.link, "watching");
});

test("a frame that comes while the tab is hidden is not taken when it is seen again", () => {
  const { socket, connection, heard } = watched();
  connection.setVisible(false);
  socket.hear("frame", "old");
  connection.setVisible(true);
  socket.last.answer(null, { stream: "camera" });
  assert.ok(!heard.some(([kind]) => kind === "onFrame"));
});

const out = { link: "logged_out", refusal: { error: "not logged in", hint: "log in" } };

test("a page whose line is not taken says that its login has ended, and goes on saying so until it has not", async () => {
  let why = out;
  const { socket, connection, heard, fire } = watched({ fetchRejection: async () => why });
  socket.hear("disconnect", "transport close");
  socket.hear("connect_error", new Error("websocket error"));
  await null;
  await null;
  assert.equal(connection.link, "logged_out");
  assert.deepEqual(heard.at(-1), ["onLinkChange", "logged_out", out.refusal]);

  fire();
  socket.hear("connect_error", new Error("websocket error"));
  assert.equal(connection.link, "logged_out");

  why = null;
  fire();
  socket.hear("connect_error", new Error("websocket error"));
  await null;
  await null;
  assert.equal(connection.link, "unreachable");
});

test("who is let in after all does not hear the reason for an earlier refusal", async () => {
  let tell;
  const { socket, connection } = watched({ fetchRejection: () => new Promise((told) => (tell = told)) });
  socket.hear("disconnect", "transport close");
  socket.hear("connect_error", new Error("websocket error"));
  socket.hear("connect");
  socket.last.answer(null, { stream: "camera" });
  tell(out);
  await null;
  await null;
  assert.equal(connection.link, "watching");
});
