"""Where the thread of a source leaves pulses for the encoding threads: the newest wins.

At most one whole pulse is kept. A pulse that a newer one replaces is reduced to its scalars, so
that trends miss no pulse even if only some images are shown. Those are bounded, and every loss is
counted.
"""

import threading
import time
from collections import deque

from ingest.bsread.message import Pulse
from ingest.frame_rate import PulseSelection

MAX_PULSES = 512
"""pulses in a queue: five seconds at 100 Hz"""
MAX_WEIGHT = 200_000
"""total ``Pulse.weight`` in a queue: ten thousand scalars of twenty pulses"""
IMAGE_WAIT_S = 0.25
"""how long a pulse without an image waits for one that has it, while images arrive at all"""


class PulseQueue:
    """A bounded queue of pulses in order, which drops and counts the oldest; not thread-safe."""

    def __init__(self, max_pulses: int = MAX_PULSES, max_weight: int = MAX_WEIGHT) -> None:
        self.lost = 0
        """pulses that were dropped"""
        self._pulses: deque[Pulse] = deque()
        self._weight = 0
        self._max_pulses = max_pulses
        self._max_weight = max_weight

    def add(self, pulse: Pulse) -> None:
        """Append the newest pulse, and drop the oldest ones while there are too many."""
        self._pulses.append(pulse)
        self._weight += pulse.weight
        while len(self._pulses) > 1 and (
            len(self._pulses) > self._max_pulses or self._weight > self._max_weight
        ):
            self._weight -= self._pulses.popleft().weight
            self.lost += 1

    def take(self) -> list[Pulse]:
        """Remove and return all pulses."""
        pulses = list(self._pulses)
        self._pulses.clear()
        self._weight = 0
        return pulses


class Mailbox:
    """Holds the newest pulse; one thread puts, and one at a time takes.

    Of pulses that ``selection`` does not select only the scalars are kept, and the newest such
    pulse: if the source stops with it, it becomes a frame, so that the last picture is the last one
    sent. The counters are written under the lock.
    """

    def __init__(
        self,
        max_pulses: int = MAX_PULSES,
        image_wait_s: float = IMAGE_WAIT_S,
        max_weight: int = MAX_WEIGHT,
        selection: PulseSelection | None = None,
    ) -> None:
        self._newest: Pulse | None = None
        self._unselected: Pulse | None = None
        """newer than all selected pulses"""
        self._selection = selection
        self._pulses = PulseQueue(max_pulses, max_weight)
        self._image_wait_s = image_wait_s
        self._changed = threading.Condition()
        self._expects_images = True
        self._closed = False
        self._waiters: list[threading.Lock] = []
        self.skipped = 0
        """pulses with an image that were not selected, or replaced before a thread took them"""

    @property
    def selects_pulses(self) -> bool:
        """Whether pulses are selected by their ids."""
        return self._selection is not None and self._selection.is_steady

    @property
    def pulses_lost(self) -> int:
        """Pulses whose scalars were dropped because the queue was full."""
        return self._pulses.lost

    def put(self, pulse: Pulse) -> None:
        """Store a pulse; never blocks."""
        scalars, has_image = pulse.scalars_only(), pulse.has_image
        with self._changed:
            self._pulses.add(scalars)
            self._expects_images |= has_image
            if self._unselected and (has_image or not self._unselected.has_image):
                self.skipped += self._unselected.has_image
                self._unselected = None
            if self._is_selected(pulse, has_image):
                self._offer(pulse)
            else:
                self._unselected = self._unselected or pulse

    def wait(self) -> None:
        """Block until there is a pulse to take, or the mailbox is closed.

        Each pulse wakes the thread that began to wait last, since its caches are the warmest: one
        thread does all the work unless it is still busy. A pulse that was not selected wakes one
        when no other has followed it for ``image_wait_s`` and for two pulses.
        """
        with self._changed:
            if self._newest is not None or self._closed:
                return
            waiter = threading.Lock()
            waiter.acquire()
            self._waiters.append(waiter)
        timeout_s = self._image_wait_s if self._selection else -1
        while not waiter.acquire(timeout=timeout_s):
            self._offer_unselected()

    def close(self) -> None:
        """Wake all waiting threads, now and in future."""
        with self._changed:
            self._closed = True
            while self._waiters:
                self._waiters.pop().release()

    def take(self, timeout_s: float) -> tuple[Pulse, list[Pulse]] | None:
        """Return the newest pulse with its image, and the scalars of all pulses since the last
        take; None when there was no pulse in time.

        A pulse without an image is returned only after no image arrived for ``image_wait_s``, and
        from then on immediately, until images arrive again.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._newest is not None, timeout_s):
                return None
            if self._expects_images:
                self._expects_images = self._changed.wait_for(self._has_image, self._image_wait_s)
            newest, pulses = self._newest, self._pulses.take()
            self._newest = None
        return (newest, pulses) if newest is not None else None

    def clear(self) -> None:
        """Drop everything, since there are no viewers any more."""
        with self._changed:
            self._newest = self._unselected = None
            self._pulses.take()

    def _offer(self, pulse: Pulse) -> None:
        """Let a pulse be taken, unless an image waits for that and it has none."""
        if self._newest is None or not self._newest.has_image:
            self._newest = pulse
        elif pulse.has_image:
            self.skipped += 1
            self._newest = pulse
        self._changed.notify()
        if self._waiters:
            self._waiters.pop().release()

    def _offer_unselected(self) -> None:
        with self._changed:
            pulse, selection = self._unselected, self._selection
            wait_s = max(self._image_wait_s, 2 * selection.interval_s if selection else 0)
            if pulse and time.monotonic() - pulse.t_received >= wait_s:
                self._unselected = None
                self._offer(pulse)

    def _is_selected(self, pulse: Pulse, has_image: bool) -> bool:
        """Whether a pulse may become a frame. While images arrive, only their pulses count: a
        camera may send an image with every second pulse only."""
        if self._selection is None:
            return True
        if has_image or not self._expects_images:
            return self._selection.selects(pulse.pulse_id, pulse.t_received)
        return not self._selection.expects_soon(pulse.t_received, self._image_wait_s)

    def _has_image(self) -> bool:
        return self._newest is None or self._newest.has_image
