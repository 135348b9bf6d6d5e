"""A bare loop over send() with the socket options of Beamcast's worker: the lower bound.

It packs the frame once, writes it to each socket without blocking, and waits with epoll for full
sockets. ``python -m bench.contenders.send_loop PORT FEED_PORT SIZE``.
"""

import os
import select
import socket
import sys

from bench.contenders.handshake import accept_viewer
from web.fanout.messages import EVENT
from web.server.http_server import listen
from web.websocket import BINARY, TEXT, websocket_head


def send_to_all(viewers: list[socket.socket], frame: bytes, epoll: select.epoll) -> None:
    """Send the frame, and return when the kernel has all of it for every viewer."""
    waiting: dict[int, tuple[socket.socket, memoryview]] = {}
    length = len(frame)
    for viewer in viewers:
        try:
            sent = viewer.send(frame)
        except BlockingIOError:
            sent = 0
        if sent < length:
            waiting[viewer.fileno()] = viewer, memoryview(frame)[sent:]
            epoll.register(viewer, select.EPOLLOUT)
    while waiting:
        for file, _ in epoll.poll():
            viewer, rest = waiting[file]
            rest = rest[viewer.send(rest) :]
            waiting[file] = viewer, rest
            if not rest:
                del waiting[file]
                epoll.unregister(viewer)


def main(port: int, feed_port: int, size: int) -> None:
    """Serve until the process is terminated."""
    image = os.urandom(size)
    frame = b"".join([websocket_head(TEXT, len(EVENT)), EVENT, websocket_head(BINARY, size), image])
    listener = listen("127.0.0.1", port)
    feed = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    feed.bind(("127.0.0.1", feed_port))
    viewers: list[socket.socket] = []
    inputs, outputs = select.epoll(), select.epoll()
    inputs.register(feed, select.EPOLLIN)
    inputs.register(listener, select.EPOLLIN)
    while True:
        for file, _ in inputs.poll():
            if file == feed.fileno():
                feed.recv(16)
                send_to_all(viewers, frame, outputs)
            elif file == listener.fileno():
                try:
                    viewer = accept_viewer(listener.accept()[0])
                except ConnectionError:  # a check whether the port is open
                    continue
                viewer.setblocking(False)
                inputs.register(viewer, select.EPOLLIN)
                viewers.append(viewer)
            else:
                viewer = next(v for v in viewers if v.fileno() == file)
                if not viewer.recv(4096):
                    inputs.unregister(viewer)
                    viewers.remove(viewer)
                    viewer.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
