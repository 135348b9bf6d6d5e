"""The status that ingest gives of itself: what each thread counts, gathered into one flat
record."""

import os
import socket
import time
from collections import deque
from typing import Any

from ingest.mailbox import Mailbox
from ingest.pipeline import Pipeline
from ingest.receiver import Receiver
from shared.settings import IngestSettings

RATE_WINDOW_S = 3.0


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


class Report:
    """Reads the other threads' counters; called by the gatekeeper's thread alone."""

    def __init__(
        self,
        options: IngestSettings,
        receiver: Receiver,
        mailbox: Mailbox,
        pipeline: Pipeline,
    ) -> None:
        self._options = options
        self._receiver, self._mailbox, self._pipeline = receiver, mailbox, pipeline
        self._started = time.time()
        self._rate_in = Rate()
        self._rate_out = Rate()

    def status(self) -> dict[str, Any]:
        """All of ``docs/protocol.md``'s status but ``epoch`` and ``t``."""
        source, pulses = self._receiver.source, self._receiver.pulses
        received, published = self._receiver.tally, self._pipeline.tally
        layout = self._receiver.layout
        now = time.monotonic()
        errors = received.errors.copy()
        for kind, count in published.errors.copy().items():
            errors[kind] = errors.get(kind, 0) + count
        return {
            "source": source.address,
            "mode": source.mode,
            "state": source.state,
            "message": source.message or (layout.image_fault if layout else ""),
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "started": f"{self._started:.3f}",
            "max_fps": self._options.max_fps,
            "fps_in": round(self._rate_in.per_s(received.counts["received"], now), 2),
            "fps_out": round(self._rate_out.per_s(published.counts["published"], now), 2),
            "pulse_id": "" if pulses.last is None else pulses.last,
            "missed": pulses.missed,
            "duplicate": pulses.duplicate,
            "reverted": pulses.reverted,
            "skipped": self._mailbox.skipped,
            **received.counts,
            **published.counts,
            "pulses_lost": self._mailbox.pulses_lost + published.counts["pulses_lost"],
            **self._pipeline.image,
            "errors": errors,
            "last_error": max(
                received, published, key=lambda tally: tally.last_error_at
            ).last_error,
        }
