"""The status of a stream: the counters of all threads in one flat record."""

import contextlib
import os
import socket
import time
from collections import Counter, deque
from typing import Any

from ingest.bsread.data_header import DataHeader
from ingest.demand import Gate
from ingest.mailbox import Mailbox
from ingest.metrics import Counts
from ingest.publishing.pipeline import Pipeline
from ingest.publishing.precise_tiles import PreciseTiles
from ingest.sources.base import PulseSource
from shared.image_shape import names as image_names
from shared.renditions import SCALES, BadRendition, check_name

RATE_WINDOW_S = 3.0
MAX_IMAGES = 32
"""that the status names"""


class Rate:
    """The rate of a rising counter over the last seconds; used by one thread."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def update(self, count: int, now: float) -> float:
        """Add a sample; return the mean rate [1/s] since the oldest sample."""
        self._samples.append((now, count))
        while now - self._samples[0][0] > RATE_WINDOW_S:
            self._samples.popleft()
        since, before = self._samples[0]
        return (count - before) / (now - since) if now > since else 0.0


class StatusReport:
    """A reader of the other threads' counters.

    The control loop's thread alone calls :meth:`status`; any thread may call :meth:`counts`.
    """

    def __init__(
        self,
        max_fps: float,
        encoders: int,
        source: PulseSource,
        gate: Gate,
        mailbox: Mailbox,
        pipeline: Pipeline,
        precise_tiles: PreciseTiles,
    ) -> None:
        self._max_fps, self._encoders = max_fps, encoders
        self._source, self._gate, self._mailbox = source, gate, mailbox
        self._pipeline = pipeline
        self._counters = source.counters, pipeline.counters, precise_tiles.counters
        self._started = time.time()
        self._rate_in = Rate()
        self._rate_out = Rate()

    def counts(self) -> Counts:
        """Return the counters of all threads."""
        pulses, mailbox = self._source.pulse_ids, self._mailbox
        counters = Counter(
            missed=pulses.missed,
            duplicate=pulses.duplicate,
            reverted=pulses.reverted,
            skipped=mailbox.skipped,
            pulses_lost=mailbox.pulses_lost,
        )
        errors: Counter[str] = Counter()
        for of_thread in self._counters:
            counters.update(of_thread.counts)
            errors.update(of_thread.errors.copy())
        gauges = self._gate.gauges() | {"encoders": self._encoders}
        return Counts(self._source.connection.state, counters, gauges, errors)

    def status(self) -> dict[str, Any]:
        """Return the status of ``docs/protocol.md`` without ``epoch`` and ``t``."""
        connection, pulses = self._source.connection, self._source.pulse_ids
        data_header = self._source.data_header
        now, counts = time.monotonic(), self.counts()
        return {
            "source": connection.address,
            "mode": connection.mode,
            "state": counts.state,
            "message": self._message(),
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "started": f"{self._started:.3f}",
            "max_fps": self._max_fps,
            "fps_in": round(self._rate_in.update(counts.counters["received"], now), 2),
            "fps_out": round(self._rate_out.update(counts.counters["published"], now), 2),
            "pulse_id": "" if pulses.last is None else pulses.last,
            "age": age_of(connection.last_arrival, now),
            **counts.counters,
            **(describe_image(data_header) if data_header else {}),
            "images": list_images(data_header) if data_header else [],
            "scales": list(SCALES),
            "errors": dict(counts.errors),
            "last_error": max(self._counters, key=lambda each: each.last_error_at).last_error,
        }

    def _message(self) -> str:
        """Return a message for an operator; empty if nothing is wrong."""
        source, data_header = self._source, self._source.data_header
        image_fault = data_header.image_fault if data_header else ""
        return (
            source.connection.message or source.fault or image_fault or self._pipeline.image_fault
        )


def age_of(arrival: float | None, now: float) -> float | str:
    """Return the seconds since the last message arrived; empty before the first one."""
    return "" if arrival is None else round(max(0.0, now - arrival), 2)


def describe_image(data_header: DataHeader) -> dict[str, Any]:
    """Return name, sides [px] and type of the stream's own image; empty if there is none."""
    if data_header.image is None:
        return {}
    channel = data_header.channels[data_header.image]
    shape = data_header.images[channel.name]
    size = {"width": shape.width, "height": shape.height, "dtype": channel.type}
    return {"image": data_header.image_name, **size}


def list_images(data_header: DataHeader) -> list[str]:
    """Return the names of the images that a viewer can choose."""
    names = {}
    for name, shape in data_header.images.items():
        with contextlib.suppress(BadRendition):
            check_name(name)
            names[name] = shape
    return image_names(names, MAX_IMAGES)
