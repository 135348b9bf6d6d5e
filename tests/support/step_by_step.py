"""A source, an ingest, a worker and a viewer that process one message at a time."""

import itertools
from pathlib import Path

from tests.support.beamcast import Beamcast
from tests.support.camera import RawSource
from tests.support.messages import Wired, good, message
from tests.support.viewer import Frame
from tests.support.waiting import until


class StepByStep:
    """Sends messages and waits for the frame of each; ``stop`` fails if ingest died."""

    def __init__(self, *ingest_options: str) -> None:
        self._pulse_ids = itertools.count(1000)
        self.beamcast = Beamcast()
        self.source = RawSource()
        options = ("--max-fps", "1000", *ingest_options)
        self.ingest = self.beamcast.ingest(self.source.address, *options)
        self.viewer = self.beamcast.viewer(self.beamcast.worker())
        self.viewer.watch()
        until(lambda: self.source.send(*good(self.next())) or self.viewer.frames, "the gate opens")
        self.show_good()  # the messages before it have been processed

    def next(self) -> int:
        """Return a pulse id that was not sent yet."""
        return next(self._pulse_ids)

    def show(self, *channels: Wired) -> Frame:
        """Send these channels; return the viewer's frame of them."""
        pulse_id = self.next()
        return self.show_parts(pulse_id, message(pulse_id, *channels))

    def show_good(self) -> Frame:
        """Send a valid message; return the viewer's frame of it."""
        pulse_id = self.next()
        return self.show_parts(pulse_id, good(pulse_id))

    def show_parts(self, pulse_id: int, parts: list[bytes]) -> Frame:
        """Send the parts; return the viewer's frame of that pulse."""
        self.source.send(*parts)
        return until(lambda: self.frame(pulse_id), f"pulse {pulse_id} is shown", 10)

    def frame(self, pulse_id: int) -> Frame | None:
        """Return the viewer's frame of a pulse, if it has arrived."""
        frames = reversed(self.viewer.frames)
        return next((f for f in frames if f.header["pulse_id"] == pulse_id), None)

    def peak_memory_mb(self) -> float:
        """Return the peak memory of ingest."""
        lines = Path(f"/proc/{self.ingest.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))

    def stop(self) -> None:
        """End all parts."""
        self.source.close()
        died = self.ingest.returncode is not None
        self.beamcast.stop()
        assert not died, self.ingest.output
