"""bsread sources controlled by a test: a ``bsread.Sender``, or raw message parts on a socket."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import bsread
import numpy as np
import zmq
from bsread.sender import PUSH

from tests.support.processes import free_port

PUB = bsread.PUB


def spot(pulse_id: int, shape: tuple[int, int] = (48, 64)) -> dict[str, Any]:
    """Return a small beam spot that moves with the pulse, and its scalars."""
    rows, columns = np.indices(shape)
    x = columns - shape[1] / 2 - 3 * np.sin(pulse_id / 10)
    y = rows - shape[0] / 2
    image = 400 * np.exp(-(x**2 + y**2) / 50) + 10
    return {
        "image": image.astype(np.uint16),
        "profile": image.sum(axis=0),
        "pulse": pulse_id,
        "energy": 5.0 + pulse_id % 7,
        "name": "spot",
    }


class Camera:
    """A thread that sends ``content(pulse_id)`` at a steady rate until closed.

    bsread's Sender describes the channels for each message, a missing one as a float64 scalar;
    with ``describe_once`` the description of the first message stays.
    """

    def __init__(
        self,
        rate_hz: float = 25,
        content: Callable[[int], dict[str, Any]] = spot,
        mode: Any = PUSH,
        port: int | None = None,
        first_pulse: int = 1,
        describe_once: bool = False,
        **options: Any,
    ) -> None:
        self.port = port or free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.content = content
        self.pulse_id = first_pulse
        self._period_s = 1 / rate_hz
        self._describe = True
        self._describe_once = describe_once
        self._sender = bsread.Sender(
            port=self.port, address="tcp://127.0.0.1", mode=mode, block=False, **options
        )
        self._sender.open()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        due = time.monotonic()
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            due += self._period_s
            self._sender.send(
                data=self.content(self.pulse_id), pulse_id=self.pulse_id, check_data=self._describe
            )
            self._describe = not self._describe_once
            self.pulse_id += 1

    def close(self) -> None:
        """Stop sending and close the socket."""
        self._stop.set()
        self._thread.join()
        self._sender.close()

    def __enter__(self) -> "Camera":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class RawSource:
    """A PUSH socket that sends the parts that a test provides."""

    def __init__(self) -> None:
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.PUSH)
        self._socket.setsockopt(zmq.LINGER, 0)
        self.port = self._socket.bind_to_random_port("tcp://127.0.0.1")
        self.address = f"tcp://127.0.0.1:{self.port}"

    def send(self, *parts: bytes) -> None:
        """Send a multipart message."""
        self._socket.send_multipart(parts)

    def send_message(self, pulse_id: Any, channels: list[dict[str, Any]], *data: bytes) -> None:
        """Send a well-formed message with these channels and data parts."""
        main = {"htype": "bsr_m-1.1", "pulse_id": pulse_id, "hash": "claimed"}
        main["global_timestamp"] = {"sec": 1_700_000_000, "ns": 0}
        header = {"htype": "bsr_d-1.1", "channels": channels}
        stamped = [part for value in data for part in (value, bytes(16) if value else b"")]
        self.send(json.dumps(main).encode(), json.dumps(header).encode(), *stamped)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
        self._context.term()

    def __enter__(self) -> "RawSource":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
