"""The minimal pipeline to a screen: bsread, Pillow, one WebSocket, one canvas.

``python -m bench.contenders.minimal_pipeline ADDRESS PORT`` serves a page to one viewer at a time,
and sends it the newest picture of a PUB source.
"""

import contextlib
import json
import socket
import sys
from typing import Any

import zmq

from bench.contenders.handshake import accept, read_request
from bench.contenders.simple_decoder import Decoder, connect, to_grey, to_jpeg
from web.websocket import BINARY, websocket_head

PAGE = b"""<!doctype html><meta charset="utf-8"><title>Minimal pipeline</title>
<canvas id="bare" width="640" height="480"></canvas>
<script type="module">
const context = document.getElementById("bare").getContext("2d", { alpha: false });
const socket = new WebSocket(`ws://${location.host}/socket`);
socket.binaryType = "arraybuffer";
let newest = null;
let drawing = false;
socket.onmessage = async ({ data }) => {
  newest = data;
  if (drawing) {
    return;
  }
  drawing = true;
  while (newest) {
    const [pulseId, picture] = [Number(new DataView(newest).getBigUint64(0)), newest.slice(8)];
    newest = null;
    const bitmap = await createImageBitmap(new Blob([picture], { type: "image/jpeg" }));
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    window.drawn(pulseId);
  }
  drawing = false;
};
</script>"""


def main(address: str, port: int) -> None:
    """Serve until the process is terminated."""
    listener = socket.create_server(("127.0.0.1", port))
    source = connect(zmq.SUB, address)
    poller = zmq.Poller()
    poller.register(listener, zmq.POLLIN)
    poller.register(source, zmq.POLLIN)
    decoder = Decoder()
    viewer: socket.socket | None = None
    while True:
        ready: dict[Any, int] = dict(poller.poll())
        if listener.fileno() in ready:
            viewer = _answer(listener.accept()[0]) or viewer
        parts = None
        while source.poll(0):
            parts = source.recv_multipart(copy=False)
        if viewer and parts:
            message = _pulse_id(parts).to_bytes(8, "big") + to_jpeg(to_grey(decoder.decode(parts)))
            try:
                viewer.sendall(websocket_head(BINARY, len(message)) + message)
            except ConnectionError:  # it has disconnected
                viewer = None


def _pulse_id(parts: list[zmq.Frame]) -> int:
    return int(json.loads(parts[0].bytes)["pulse_id"])


def _answer(connection: socket.socket) -> socket.socket | None:
    """Return the connection if it is a WebSocket; else send the page, and close it."""
    connection.settimeout(5)
    with contextlib.suppress(OSError):
        request = read_request(connection)
        if b"websocket" in request.lower():
            accept(connection, request)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection
        found = request.startswith(b"GET / ")
        head = "200 OK\r\nContent-Type: text/html" if found else "404 Not Found"
        page = PAGE if found else b""
        length = f"Content-Length: {len(page)}\r\nConnection: close\r\n\r\n"
        connection.sendall(f"HTTP/1.1 {head}\r\n{length}".encode() + page)
    connection.close()
    return None


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
