/** Socket.IO for Node.js with its default options: `node socketio_server.mjs PORT FEED_PORT SIZE`. */

import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { Server } from "socket.io";

const [port, feedPort, size] = process.argv.slice(2).map(Number);
const image = randomBytes(size);
const io = new Server();

io.on("connection", (socket) => {
  socket.on("watch", (request, acknowledge) => {
    socket.join(request.stream);
    acknowledge({});
  });
});

const feed = createSocket("udp4");
feed.on("message", () => io.to("camera").emit("frame", image));
feed.bind(feedPort, "127.0.0.1");
io.listen(port);
