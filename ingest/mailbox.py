"""Where the receiving thread leaves pulses for the publishing one: the newest wins.

One whole pulse at most is held. A pulse that a newer one replaces stays only as its scalars, so
that trends miss no pulse though only some images are shown; those are bounded, and each loss is
counted.
"""

import threading

from ingest.bsread.message import Pulse
from ingest.pulse_queue import MAX_PULSES, MAX_WEIGHT, PulseQueue

IMAGE_WAIT_S = 0.25
"""How long a pulse without an image waits for one that has it, while images come at all."""


class Mailbox:
    """One thread puts, one at a time takes; the counters are written under the lock."""

    def __init__(
        self,
        max_pulses: int = MAX_PULSES,
        image_wait_s: float = IMAGE_WAIT_S,
        max_weight: int = MAX_WEIGHT,
    ) -> None:
        self._newest: Pulse | None = None
        self._pulses = PulseQueue(max_pulses, max_weight)
        self._image_wait_s = image_wait_s
        self._changed = threading.Condition()
        self._images_come = True
        self._closed = False
        self._waiting: list[threading.Lock] = []
        self.skipped = 0
        """pulses with an image that were replaced before anyone took them"""

    @property
    def pulses_lost(self) -> int:
        """Pulses whose scalars no longer fitted."""
        return self._pulses.lost

    def put(self, pulse: Pulse) -> None:
        """Leaves a pulse; never waits."""
        scalars = pulse.scalars_only()
        with self._changed:
            self._pulses.add(scalars)
            self._images_come |= pulse.has_image
            if self._newest is None or not self._newest.has_image:
                self._newest = pulse
            elif pulse.has_image:
                self.skipped += 1
                self._newest = pulse
            self._changed.notify()
            if self._waiting:
                self._waiting.pop().release()

    def wait(self) -> None:
        """Until something is there to take, or it is closed.

        Each pulse wakes one who waits: who came last, since its memory is the warmest. So one
        thread does all, unless it is still busy.
        """
        with self._changed:
            if self._newest is not None or self._closed:
                return
            bell = threading.Lock()
            bell.acquire()
            self._waiting.append(bell)
        bell.acquire()

    def close(self) -> None:
        """Ends all waiting."""
        with self._changed:
            self._closed = True
            while self._waiting:
                self._waiting.pop().release()

    def take(self, timeout_s: float) -> tuple[Pulse, list[Pulse]] | None:
        """The newest pulse with its image, and the scalars of every pulse since the last take.

        A pulse without an image is given only after none came for ``image_wait_s``, and from then
        on at once, until images come again. None when nothing was there in time.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._newest is not None, timeout_s):
                return None
            if self._images_come:
                self._images_come = self._changed.wait_for(self._has_image, self._image_wait_s)
            newest, pulses = self._newest, self._pulses.take()
            self._newest = None
        return (newest, pulses) if newest is not None else None

    def clear(self) -> None:
        """Forgets what nobody wants any more."""
        with self._changed:
            self._newest = None
            self._pulses.take()

    def _has_image(self) -> bool:
        return self._newest is None or self._newest.has_image
