"""The status that ingest gives of itself: what each thread counts, gathered into one flat
record."""

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
from ingest.publishing.precise_tiles import Precise
from ingest.sources.base import PulseSource
from shared.image_shape import names as image_names
from shared.renditions import BadRendition, check_name

RATE_WINDOW_S = 3.0
MOST_IMAGES = 32
"""that the status names"""


class Rate:
    """A rate from a rising counter over the last seconds; used by one thread."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def per_s(self, count: int, now: float) -> float:
        """Takes a sample; the mean rate since the oldest sample that is kept."""
        self._samples.append((now, count))
        while now - self._samples[0][0] > RATE_WINDOW_S:
            self._samples.popleft()
        since, before = self._samples[0]
        return (count - before) / (now - since) if now > since else 0.0


class StatusReport:
    """Reads the other threads' counters: :meth:`status` for the gatekeeper's thread alone,
    :meth:`counts` for any."""

    def __init__(
        self,
        max_fps: float,
        encoders: int,
        intake: PulseSource,
        gate: Gate,
        mailbox: Mailbox,
        pipeline: Pipeline,
        precise: Precise,
    ) -> None:
        self._max_fps, self._encoders = max_fps, encoders
        self._intake, self._gate, self._mailbox = intake, gate, mailbox
        self._pipeline = pipeline
        self._tallies = intake.counters, pipeline.tally, precise.tally
        self._started = time.time()
        self._rate_in = Rate()
        self._rate_out = Rate()

    def counts(self) -> Counts:
        """What all threads have counted so far."""
        pulses, mailbox = self._intake.pulse_ids, self._mailbox
        counters = Counter(
            missed=pulses.missed,
            duplicate=pulses.duplicate,
            reverted=pulses.reverted,
            skipped=mailbox.skipped,
            pulses_lost=mailbox.pulses_lost,
        )
        errors: Counter[str] = Counter()
        for tally in self._tallies:
            counters.update(tally.counts)
            errors.update(tally.errors.copy())
        gauges = self._gate.gauges() | {"encoders": self._encoders}
        return Counts(self._intake.source.state, counters, gauges, errors)

    def status(self) -> dict[str, Any]:
        """All of ``docs/protocol.md``'s status but ``epoch`` and ``t``."""
        source, pulses = self._intake.source, self._intake.pulse_ids
        layout = self._intake.data_header
        now, counted = time.monotonic(), self.counts()
        return {
            "source": source.address,
            "mode": source.mode,
            "state": counted.state,
            "message": self._message(),
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "started": f"{self._started:.3f}",
            "max_fps": self._max_fps,
            "fps_in": round(self._rate_in.per_s(counted.counters["received"], now), 2),
            "fps_out": round(self._rate_out.per_s(counted.counters["published"], now), 2),
            "pulse_id": "" if pulses.last is None else pulses.last,
            **counted.counters,
            **(own_image(layout) if layout else {}),
            "images": images(layout) if layout else [],
            "errors": dict(counted.errors),
            "last_error": max(self._tallies, key=lambda tally: tally.last_error_at).last_error,
        }

    def _message(self) -> str:
        """What an operator should know; empty while all is well."""
        intake, layout = self._intake, self._intake.data_header
        image_fault = (layout.image_fault if layout else "") or self._pipeline.image_fault
        return intake.source.message or intake.fault or image_fault


def own_image(layout: DataHeader) -> dict[str, Any]:
    """What the stream's own image is, sides in pixels; empty when there is none."""
    if layout.image is None:
        return {}
    channel = layout.channels[layout.image]
    shape = layout.images[channel.name]
    size = {"width": shape.width, "height": shape.height, "dtype": channel.type}
    return {"image": layout.image_name, **size}


def images(layout: DataHeader) -> list[str]:
    """The names of the images that a viewer may choose from."""
    names = {}
    for name, shape in layout.images.items():
        with contextlib.suppress(BadRendition):
            check_name(name)
            names[name] = shape
    return image_names(names, MOST_IMAGES)
