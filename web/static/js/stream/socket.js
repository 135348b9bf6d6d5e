/** Connections to the server. The one module that uses socket.io. */

import { io } from "/lib/socket.io-client/socket.io.esm.min.js";

const TIMEOUT_MS = 4000;

/** Create a socket that is not yet open; each stream has its own, so that none waits for another's data. */
export function createSocket() {
  const socket = io({
    autoConnect: false,
    forceNew: true,
    reconnection: false, // connection.js reconnects, sooner
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    timeout: TIMEOUT_MS,
  });
  // `io.opts` and `io.engine` of socket.io's types allow more than is passed here
  return /** @type {import("./connection.js").Socket} */ (/** @type {unknown} */ (socket));
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
