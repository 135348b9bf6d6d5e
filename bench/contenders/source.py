"""A camera whose pulse ids are the times of sending, in microseconds since 1970.

``python -m bench.contenders.source PORT RATE_HZ [WIDTH HEIGHT DTYPE]`` publishes the simulated
camera's pictures, 640 × 480 float64, from a PUB socket, so that two readers can receive the same
stream. Of another size, a few prepared pictures are repeated.
"""

import itertools
import sys
import time
from collections.abc import Callable
from typing import Any

from bsread import PUB, Sender

from ingest.simulator import Camera

PREPARED_FRAMES = 12


def make_source(
    rate_hz: float, width: int = 640, height: int = 480, dtype: str = ""
) -> Callable[[int], dict[str, Any]]:
    """Return a function from a pulse's index to its channels."""
    camera = Camera(1 / rate_hz, width, height)
    if not dtype:
        return camera.frame
    prepared = [camera.frame(index) for index in range(PREPARED_FRAMES)]
    for channels in prepared:
        channels["image"] = channels["image"].clip(0).astype(dtype)
    return lambda index: prepared[index % PREPARED_FRAMES]


def main(port: int, rate_hz: float, *size: Any) -> None:
    """Send until the process is terminated."""
    frame = make_source(rate_hz, *size)
    due = time.monotonic()
    with Sender(port=port, address="tcp://127.0.0.1", mode=PUB) as sender:
        for index in itertools.count():
            channels = frame(index)
            time.sleep(max(0.0, due - time.monotonic()))
            due = max(due + 1 / rate_hz, time.monotonic())
            sender.send(data=channels, pulse_id=time.time_ns() // 1000, check_data=not index)


if __name__ == "__main__":
    port, rate_hz, *size = sys.argv[1:]
    main(int(port), float(rate_hz), *map(int, size[:2]), *size[2:])
