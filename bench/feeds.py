"""Triggers for the next frame of a server: a datagram, or a real envelope through Redis."""

import os
import socket
import time
from typing import Any, Protocol

import orjson

from shared.broker import connect
from shared.envelope import Blobs, pack

STREAM = "camera"
SCHEMA = "bench"


class Feed(Protocol):
    """An object that makes a server send one frame to every viewer."""

    def send(self) -> None: ...


class Datagram:
    """Triggers a server that creates the frame itself; see ``contenders``."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(("127.0.0.1", port))

    def send(self) -> None:
        self._socket.send(b"next")


class Publisher:
    """Publishes envelopes as ingest does, with ``size`` incompressible bytes as the picture."""

    def __init__(self, redis_url: str, size: int) -> None:
        self._broker = connect(redis_url)
        self._broker.set(
            self._broker.names.schema(STREAM), orjson.dumps({"hash": SCHEMA, "channels": []})
        )
        self._blobs = Blobs()
        self._image = {"channel": "image", "format": "jpeg", **self._blobs.add(os.urandom(size))}
        self._image |= {"width": 640, "height": 480, "dtype": "uint16", "min": 0, "max": 4095}
        self._epoch = time.time_ns() // 1_000_000
        self._seq = 0

    def send(self) -> None:
        self._seq += 1
        t = time.time()
        header: dict[str, Any] = {
            "stream": STREAM,
            "rendition": "full",
            "epoch": self._epoch,
            "seq": self._seq,
            "pulse_id": self._seq,
            "t_source": t,
            "t_received": t,
            "t_published": t,
            "schema": SCHEMA,
            "values": {},
            "pulses": {"pulse_id": [self._seq], "t_source": [t], "values": {}},
            "image": self._image,
        }
        self._broker.publish(self._broker.names.frames(STREAM), pack(header, self._blobs))
