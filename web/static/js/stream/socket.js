/**
 * Connections to the server. The one module that uses socket.io, and the first that a page loads: that of one stream
 * is opened here, while the page's other modules are on their way.
 */

import { io } from "/lib/socket.io-client/socket.io.esm.min.js";

import { timers } from "../lib/timers.js";
import { EarlySocket } from "./early-socket.js";

const TIMEOUT_MS = 4000;

const pageStream = document.documentElement.dataset.stream;
let earlySocket = pageStream && document.visibilityState === "visible" ? openEarly(pageStream) : null;

/** @param {string} stream */
function openEarly(stream) {
  return { stream, socket: new EarlySocket(/** @type {any} */ (newSocket()), stream, timers) };
}

/**
 * Return a socket for one stream, to be connected; each stream has its own, so that none waits for another's data.
 * @param {string} stream
 * @returns {import("./connection.js").Socket}
 */
export function createSocket(stream) {
  if (earlySocket?.stream === stream) {
    const { socket } = earlySocket;
    earlySocket = null;
    return socket;
  }
  // `io.opts` and `io.engine` of socket.io's types allow more than is passed here
  return /** @type {import("./connection.js").Socket} */ (/** @type {unknown} */ (newSocket()));
}

function newSocket() {
  return io({
    autoConnect: false,
    forceNew: true,
    reconnection: false, // connection.js reconnects, sooner
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    timeout: TIMEOUT_MS,
  });
}

/**
 * Find out why the server rejects connections, which the socket itself does not report.
 * @returns {Promise<{state: "logged_out" | "turned_away", refusal: {error: string, hint: string}} | null>}
 */
export async function fetchRejection() {
  try {
    const response = await fetch("/api/me", { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (response.ok || response.status >= 500) {
      return null;
    }
    const { error, hint } = await response.json();
    const state = response.status === 401 ? "logged_out" : "turned_away";
    return { state, refusal: { error: String(error), hint: String(hint) } };
  } catch {
    return null; // no answer at all
  }
}
