"""A real send queue with flow control, on a simulated slow connection to a simulated page."""

import math
from collections import deque
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

from web.fanout.flow_control import FlowControl
from web.fanout.messages import Buffer, Buffers
from web.fanout.send_queue import Delivery, SendQueue

STEP_S = 0.001


class Arrival(NamedTuple):
    """The arrival of a whole frame at the viewer, with its age since the worker received it."""

    seq: int
    at_s: float
    age_s: float


class SlowConnection:
    """A connection of ``rate`` bytes/s with the round-trip time ``round_trip_s``.

    ``hidden`` bytes fit into buffers on the way before the sender notices. The page draws the
    newest frame ``draw_s`` after its arrival, and reports as ours does: eight times at the
    beginning and after each frame that did not arrive, 0.15 s apart, every 0.25 s while it
    skips frames itself, else every ``report_s``. It draws nothing until ``blocked_until``.
    """

    def __init__(
        self,
        rate: float,
        round_trip_s: float,
        hidden: float = math.inf,
        draw_s: float = 0.015,
        report_s: float = 2.0,
        reports: bool = True,
    ) -> None:
        self.rate, self.hidden, self.report_s = rate, hidden, report_s
        self.now = 1000.0
        self.arrivals: list[Arrival] = []
        self.dropped_at: list[float] = []
        self.reported = 0
        self.blocked_until = 0.0
        self.send_queue = SendQueue(self._send, self._wait, clock=lambda: self.now)
        self.send_queue.on_dropped = lambda is_held_back: self.dropped_at.append(self.now)
        self.flow = FlowControl() if reports else None
        self.send_queue.flow = self.flow
        self._half_s, self._draw_s = round_trip_s / 2, draw_s
        self._seq = 0
        self._made: dict[int, float] = {}
        self._go_on: Callable[[], None] | None = None
        self._begun: tuple[int, int] = (0, 0)  # seq and bytes still to be taken
        self._queued: deque[tuple[int, float, bool]] = deque()  # seq, bytes, the frame's end?
        self._queue_bytes = 0.0
        self._arriving: deque[tuple[float, int]] = deque()
        self._undrawn: tuple[float, int] | None = None
        self._arrived_seq = 0
        self._missed = self._skipped = False  # since the last report
        self._left = 8  # to be reported at once
        self._reported_at = -math.inf
        self._drawn: tuple[int, float] | None = None  # and not reported yet
        self._reports: deque[tuple[float, int, float]] = deque()

    def stream(self, seconds: float, fps: float = 25, length: int = 50_000) -> None:
        """Let time pass, with frames."""
        start, count = self.now, 0
        while self.now < start + seconds:
            if self.now >= start + count / fps:
                count += 1
                self._offer(length)
            self._step()

    def since(self, when: float) -> list[Arrival]:
        """Return the arrivals after a time."""
        return [arrival for arrival in self.arrivals if arrival.at_s >= when]

    def fps(self, since: float) -> float:
        """Return the rate of arrivals since a time [1/s]."""
        return len(self.since(since)) / (self.now - since)

    def _offer(self, length: int) -> None:
        self._seq += 1
        self._made[self._seq] = self.now
        packed = self._seq.to_bytes(8, "big") + bytes(length - 8)
        frame: Any = SimpleNamespace(
            stream="camera",
            packed=Buffers(packed),
            key=("camera", 1, self._seq),
            received=self.now,
            pulses=SimpleNamespace(packed=bytes),  # none, so that each frame begins with its number
        )
        with Delivery(frame, self.now) as delivery:
            self.send_queue.offer(delivery)

    def _send(self, parts: Sequence[Buffer]) -> int:
        data = b"".join(parts)
        room = int(min(self.hidden - self._queue_bytes, len(data)))
        if room < 1:
            raise BlockingIOError
        seq, left = self._begun
        if not left:
            seq, left = int.from_bytes(data[:8], "big"), len(data)
        self._begun = seq, left - room
        self._queued.append((seq, room, left == room))
        self._queue_bytes += room
        return room

    def _wait(self, go_on: Callable[[], None]) -> None:
        self._go_on = go_on

    def _step(self) -> None:
        self.now += STEP_S
        self._drain(self.rate * STEP_S)
        if self._go_on and self.hidden - self._queue_bytes >= self.hidden / 3:
            go_on, self._go_on = self._go_on, None
            go_on()
        while self._arriving and self._arriving[0][0] <= self.now:
            at_s, seq = self._arriving.popleft()
            self.arrivals.append(Arrival(seq, at_s, at_s - self._made[seq]))
            self._missed |= seq != self._arrived_seq + 1
            self._skipped |= self._undrawn is not None
            self._arrived_seq = seq
            self._undrawn = (self._undrawn[0] if self._undrawn else at_s), seq
        self._draw()
        self._report()
        while self._reports and self._reports[0][0] <= self.now:
            _, seq, ago_s = self._reports.popleft()
            self.send_queue.on_drawn(("camera", 1, seq), ago_s)

    def _drain(self, budget: float) -> None:
        while self._queued and budget > 0:
            seq, length, ends = self._queued.popleft()
            taken = min(budget, length)
            budget -= taken
            self._queue_bytes -= taken
            if length > taken:
                self._queued.appendleft((seq, length - taken, ends))
            elif ends:
                self._arriving.append((self.now + self._half_s, seq))

    def _draw(self) -> None:
        if not self._undrawn or self.now < max(self._undrawn[0] + self._draw_s, self.blocked_until):
            return
        self._drawn, self._undrawn = (self._undrawn[1], self.now), None

    def _report(self) -> None:
        if not self._drawn or not self.flow:
            return
        if self._missed:
            self._left, self._missed = 8, False
        apart_s = 0.15 if self._left else 0.25 if self._skipped else self.report_s
        if self.now - self._reported_at >= apart_s:
            self._left, self._skipped = max(0, self._left - 1), False
            self._reported_at = self.now
            self.reported += 1
            seq, drawn_at = self._drawn
            self._reports.append((self.now + self._half_s, seq, self.now - drawn_at))
            self._drawn = None
