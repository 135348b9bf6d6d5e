/** A line to the server. The one module that knows socket.io. */

import { io } from "/lib/socket.io-client/socket.io.esm.min.js";

/** A new one each time, not yet open: no stream waits for the line of another. */
export function socket() {
  return io({
    autoConnect: false,
    forceNew: true,
    reconnection: false, // connection.js does it, quicker
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    timeout: 4000,
  });
}
