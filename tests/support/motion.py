"""A reader of ``stream.mjpg``."""

import io
import re
import socket
from collections.abc import Callable

from PIL import Image

from tests.support.beamcast import Worker


class MotionReader:
    """Reads the camera's motion stream from a bare socket, when told."""

    def __init__(self, worker: Worker) -> None:
        self.came = b""
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        self._socket.settimeout(20)
        self._socket.connect(("127.0.0.1", worker.port))
        path = b"/api/streams/camera/stream.mjpg"
        self._socket.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")

    def read_until(self, condition: Callable[[], bool]) -> None:
        """Reads on until the condition holds."""
        while not condition():
            came = self._socket.recv(65536)
            assert came, "the worker closed the connection"
            self.came += came

    def pictures(self) -> int:
        """How many pictures have come whole."""
        return self.came.count(b"\xff\xd9")

    def widths(self) -> list[int]:
        """The widths of the pictures that have come whole."""
        pictures = re.findall(rb"\xff\xd8.*?\xff\xd9", self.came, re.S)
        return [Image.open(io.BytesIO(picture)).width for picture in pictures]

    def close(self) -> None:
        self._socket.close()
