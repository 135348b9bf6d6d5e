"""One source, one ingest, one worker and one viewer, taken through message by message."""

import itertools
from pathlib import Path

from tests.support.beamcast import Beamcast
from tests.support.camera import RawSource
from tests.support.messages import Wired, good, message
from tests.support.viewer import Frame
from tests.support.waiting import until


class Stepped:
    """Every message waits for its frame; ``stop`` fails when a part died or printed a traceback."""

    def __init__(self, *ingest_options: str) -> None:
        self._pulse_ids = itertools.count(1000)
        self.beamcast = Beamcast()
        self.source = RawSource()
        options = ("--max-fps", "1000", *ingest_options)
        self.ingest = self.beamcast.ingest(self.source.address, *options)
        self.viewer = self.beamcast.viewer(self.beamcast.worker())
        self.viewer.watch()
        until(lambda: self.source.send(*good(self.next())) or self.viewer.frames, "the gate opens")
        self.show_good()  # nothing of those is under way any more

    def next(self) -> int:
        """A pulse id that was not sent yet."""
        return next(self._pulse_ids)

    def show(self, *channels: Wired) -> Frame:
        """Sends these channels; the viewer's frame of them."""
        pulse_id = self.next()
        return self.show_parts(pulse_id, message(pulse_id, *channels))

    def show_good(self) -> Frame:
        """Sends a message without fault; the viewer's frame of it."""
        pulse_id = self.next()
        return self.show_parts(pulse_id, good(pulse_id))

    def show_parts(self, pulse_id: int, parts: list[bytes]) -> Frame:
        """Sends the parts; the viewer's frame of that pulse."""
        self.source.send(*parts)
        return until(lambda: self.frame(pulse_id), f"pulse {pulse_id} is shown", 10)

    def frame(self, pulse_id: int) -> Frame | None:
        """The viewer's frame of a pulse, if it has come."""
        frames = reversed(self.viewer.frames)
        return next((f for f in frames if f.header["pulse_id"] == pulse_id), None)

    def peak_memory_mb(self) -> float:
        """The most memory that ingest ever had."""
        lines = Path(f"/proc/{self.ingest.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))

    def stop(self) -> None:
        """Ends everything."""
        self.source.close()
        died = self.ingest.returncode is not None
        self.beamcast.stop()
        assert not died, self.ingest.output
