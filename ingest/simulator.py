"""The simulated camera: a beam spot with noise, sent as a bsread stream.

Like a real camera it keeps its rate whether there are readers or not.
"""

import logging
import math
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import zmq
from bsread import PUB, PUSH, Sender

from shared.line_writer import standard_output
from shared.log import set_up_log
from shared.settings import SimulatorSettings, read
from shared.signals import on_termination

log = logging.getLogger("ingest.simulator")

WIDTH, HEIGHT = 640, 480
NOISE_FRAMES = 5
"""different noise images, used in turn"""
NOISE_COUNTS, BACKGROUND_COUNTS, PEAK_COUNTS = 3.0, 20.0, 500.0
SEND_TIMEOUT_S = 0.2
MAX_CATCH_UP_S = 1.0
"""a longer gap, as after a suspended machine, is not made up for"""


class Camera:
    """A simulated camera whose image depends only on the pulse id. ``period_s``: between pulses."""

    def __init__(self, period_s: float = 0.1, width: int = WIDTH, height: int = HEIGHT) -> None:
        self._period_s = period_s
        self._x, self._y = np.arange(width, dtype=float), np.arange(height, dtype=float)
        noise = np.random.default_rng(1)
        self._noise = [
            noise.normal(BACKGROUND_COUNTS, NOISE_COUNTS, (height, width))
            for _ in range(NOISE_FRAMES)
        ]

    def frame(self, pulse_id: int) -> dict[str, Any]:
        """Return the channels of one pulse; the spot moves and changes its size."""
        t = pulse_id * self._period_s
        width, height = len(self._x), len(self._y)
        centre_x = width * (0.5 + 0.12 * math.sin(t / 2.3))
        centre_y = height * (0.5 + 0.12 * math.sin(t / 3.1))
        sigma = height * (0.08 + 0.015 * math.sin(t / 1.7))
        peak = PEAK_COUNTS * (1 + 0.1 * math.sin(t / 0.9))
        across = np.exp(-((self._x - centre_x) ** 2) / (2 * sigma**2))
        down = peak * np.exp(-((self._y - centre_y) ** 2) / (2 * sigma**2))
        image = np.outer(down, across)
        image += self._noise[pulse_id * 7 % NOISE_FRAMES]
        return {
            "image": image,
            "image_size_x": width,
            "image_size_y": height,
            "image_profile_x": image.sum(axis=0),
            "image_profile_y": image.sum(axis=1),
            "beam_energy": 3000 + 5 * math.sin(t / 5),
            "repetition_rate": 1 / self._period_s,
        }


class Clock:
    """Deadlines of pulses ``period_s`` apart, without drift; ``now`` is that of the first."""

    def __init__(self, period_s: float, now: float, first_pulse: int = 0) -> None:
        self.pulse_id = first_pulse - 1
        """the pulse of the deadline that was returned last"""
        self._period_s = period_s
        self._due = now

    def wait_s(self, now: float) -> float:
        """Return the time from ``now`` to the next deadline, and advance to the one after it."""
        if now - self._due > MAX_CATCH_UP_S:
            self._due = now
        wait_s = max(0.0, self._due - now)
        self._due += self._period_s
        self.pulse_id += 1
        return wait_s


class WallClock:
    """Deadlines of pulses by the wall clock: pulse N is N periods after 1970 began (UTC).

    All simulators of one period agree on the pulse at any time. Pulses of a longer gap are left
    out, and after the clock was set, the pulse ids continue at the new time.
    """

    def __init__(self, period_s: float) -> None:
        self.pulse_id = -1
        """the pulse of the deadline that was returned last"""
        self._period_s = period_s

    def wait_s(self, now: float) -> float:
        """Return the time from ``now`` [Unix s] to the next deadline, and advance to it."""
        self.pulse_id += 1
        wait_s = self.pulse_id * self._period_s - now
        if not -MAX_CATCH_UP_S <= wait_s < 2 * self._period_s:
            self.pulse_id = math.ceil(now / self._period_s)
            wait_s = self.pulse_id * self._period_s - now
        return max(0.0, wait_s)


def run(settings: SimulatorSettings, stop: threading.Event) -> None:
    """Send until ``n_images`` were sent or ``stop`` is set; raises OSError if the port is in use.

    An image without a reader is lost. Without a delay there is no rate to keep, so that it waits
    for a reader. Each message has the time of its pulse, ``delay_ms`` before it is sent.
    """
    camera = Camera(settings.delay or 0.01)
    late_s = settings.delay_ms / 1000
    now: Callable[[], float] = time.monotonic
    clock: Clock | WallClock
    if isinstance(settings.first_pulse, int):
        clock = Clock(settings.delay, now(), settings.first_pulse)
    else:
        now, clock = time.time, WallClock(settings.delay)
    sender = Sender(
        port=settings.output_port,
        mode=PUB if settings.sender == "pub" else PUSH,
        send_timeout=int(SEND_TIMEOUT_S * 1000),
    )
    _bind(sender)
    poll_ms = 0 if settings.delay else int(SEND_TIMEOUT_S * 1000)
    sent = 0
    try:
        while sent != settings.n_images and not stop.wait(clock.wait_s(now() - late_s)):
            # poll first: a non-blocking send could lose only the first parts of a message
            if sender.stream.socket.poll(poll_ms, zmq.POLLOUT):
                try:
                    sender.send(
                        data=camera.frame(clock.pulse_id),
                        pulse_id=clock.pulse_id,
                        timestamp=time.time() - late_s,
                        check_data=not sent,
                    )
                    sent += 1
                except zmq.Again:
                    pass  # the reader has just disconnected
        if stop.is_set():
            sender.stream.socket.setsockopt(zmq.LINGER, 0)
    finally:
        sender.close()


def _bind(sender: Sender) -> None:
    """Bind the port; raises OSError, where bsread would log a traceback."""
    mflow_log = logging.getLogger("mflow.mflow")
    mflow_log.disabled = True
    try:
        sender.open()
    except RuntimeError as error:
        raise OSError(f"cannot bind port {sender.port}: {error.__cause__}") from None
    finally:
        mflow_log.disabled = False


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run the command and return its exit status."""
    settings = read(SimulatorSettings, argv, environ)
    set_up_log(settings, f"{socket.gethostname()}:{os.getpid()}")
    logging.getLogger("mflow").setLevel(logging.WARNING)
    stop = threading.Event()
    on_termination(stop.set)
    rate = f"every {settings.delay:g} s" if settings.delay else "as fast as they are read"
    try:
        print(
            f"simulated camera: {WIDTH}x{HEIGHT} float64 {rate} "
            f"on tcp://*:{settings.output_port} ({settings.sender})",
            file=standard_output(),
        )
        run(settings, stop)
    except OSError as error:
        log.error("%s; is another camera using it? Choose another port with -o", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
