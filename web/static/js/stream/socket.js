/** A line to the server. The one module that knows socket.io. */

import { io } from "/lib/socket.io-client/socket.io.esm.min.js";

const PATIENCE_MS = 4000;

/** A new one each time, not yet open: no stream waits for the line of another. */
export function createSocket() {
  return io({
    autoConnect: false,
    forceNew: true,
    reconnection: false, // connection.js does it, quicker
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    timeout: PATIENCE_MS,
  });
}

/**
 * Why the server takes no line, which the line itself cannot say.
 * @returns {Promise<{link: "logged_out" | "turned_away", refusal: {error: string, hint: string}} | null>}
 */
export async function fetchRejection() {
  try {
    const answer = await fetch("/api/me", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok || answer.status >= 500) {
      return null;
    }
    const { error, hint } = await answer.json();
    const link = answer.status === 401 ? "logged_out" : "turned_away";
    return { link, refusal: { error: String(error), hint: String(hint) } };
  } catch {
    return null; // it does not answer at all
  }
}
