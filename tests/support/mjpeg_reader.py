"""A reader of ``stream.mjpg``."""

import io
import re
import socket
from collections.abc import Callable

from PIL import Image

from tests.support.beamcast import Worker


class MjpegReader:
    """Reads the camera's MJPEG stream from a plain socket, when asked to."""

    def __init__(self, worker: Worker) -> None:
        self.received = b""
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        self._socket.settimeout(20)
        self._socket.connect(("127.0.0.1", worker.port))
        path = b"/api/streams/camera/stream.mjpg"
        self._socket.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")

    def read_until(self, condition: Callable[[], bool]) -> None:
        """Read until the condition holds."""
        while not condition():
            data = self._socket.recv(65536)
            assert data, "the worker closed the connection"
            self.received += data

    def image_count(self) -> int:
        """Return the number of complete images received."""
        return self.received.count(b"\xff\xd9")

    def widths(self) -> list[int]:
        """Return the widths of the complete images received."""
        images = re.findall(rb"\xff\xd8.*?\xff\xd9", self.received, re.S)
        return [Image.open(io.BytesIO(image)).width for image in images]

    def close(self) -> None:
        self._socket.close()
