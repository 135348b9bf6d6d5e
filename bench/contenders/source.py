"""A camera whose pulse ids tell when they were sent: microseconds since 1970.

``python -m bench.contenders.source PORT RATE_HZ`` publishes the simulated camera's 640 × 480
float64 from a PUB socket, so that two readers can have the same stream.
"""

import itertools
import sys
import time

from bsread import PUB, Sender

from ingest.simulator import Camera


def main(port: int, rate_hz: float) -> None:
    """Sends until it is ended."""
    camera = Camera(1 / rate_hz)
    due = time.monotonic()
    with Sender(port=port, address="tcp://127.0.0.1", mode=PUB) as sender:
        for index in itertools.count():
            channels = camera.frame(index)
            time.sleep(max(0.0, due - time.monotonic()))
            due = max(due + 1 / rate_hz, time.monotonic())
            sender.send(data=channels, pulse_id=time.time_ns() // 1000, check_data=not index)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
