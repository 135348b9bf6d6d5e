"""Where the receiving thread leaves pulses for the publishing one: the newest wins.

One whole pulse at most is held. A pulse that a newer one replaces stays only as its scalars, so
that trends miss no pulse though only some images are shown; those are bounded, and each loss is
counted.
"""

import threading
from collections import deque

from ingest.wire import Pulse

MAX_PULSES = 512
"""How many pulses' scalars wait at most: five seconds at 100 Hz."""
MAX_WEIGHT = 200_000
"""How much they weigh at most, see Pulse: ten thousand scalars of twenty pulses."""
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
        self._pulses: deque[Pulse] = deque()
        self._weight = 0
        self._max_pulses = max_pulses
        self._max_weight = max_weight
        self._image_wait_s = image_wait_s
        self._changed = threading.Condition()
        self._images_come = True
        self._closed = False
        self._waiting: list[threading.Lock] = []
        self.skipped = 0
        """pulses with an image that were replaced before anyone took them"""
        self.pulses_lost = 0
        """pulses whose scalars no longer fitted"""

    def put(self, pulse: Pulse) -> None:
        """Leaves a pulse; never waits."""
        scalars = pulse.scalars_only()
        with self._changed:
            self._pulses.append(scalars)
            self._weight += scalars.weight
            while len(self._pulses) > 1 and (
                len(self._pulses) > self._max_pulses or self._weight > self._max_weight
            ):
                self._weight -= self._pulses.popleft().weight
                self.pulses_lost += 1
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
            newest, pulses = self._newest, list(self._pulses)
            self._clear()
        return (newest, pulses) if newest is not None else None

    def clear(self) -> None:
        """Forgets what nobody wants any more."""
        with self._changed:
            self._clear()

    def _has_image(self) -> bool:
        return self._newest is None or self._newest.has_image

    def _clear(self) -> None:
        self._newest = None
        self._pulses.clear()
        self._weight = 0
