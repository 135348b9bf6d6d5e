"""On a slow connection frames are few, whole, new and in order, and no packet is lost."""

from collections.abc import Callable, Sequence
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.fanout.flow_control import START_BYTES, FlowControl
from web.fanout.messages import Buffer, Buffers
from web.fanout.send_queue import MAX_PACKETS, Delivery, SendQueue

COUNTER = count()


def frame(stream: str, packed: bytes, seq: int = 0, received: float | None = None) -> Any:
    """Return what a send queue uses of a frame; each is received after the last one."""
    received = next(COUNTER) if received is None else received
    pulses = SimpleNamespace(
        name="pulses", payload={"seq": seq}, packed=lambda: b"<pulses %d>" % seq
    )
    buffers = Buffers(packed[:1], packed[1:])
    key = stream, 1, seq
    return SimpleNamespace(stream=stream, packed=buffers, key=key, received=received, pulses=pulses)


class Connection:
    """A connection that takes ``room`` bytes and then blocks until it gets room again."""

    def __init__(self, room: int = 0) -> None:
        self.room = room
        self.sent = b""
        self.callback: Callable[[], None] | None = None
        self.queued: list[bytes] = []
        self.counts = {"sent": 0, "dropped": 0, "held back": 0}
        self.send_queue = SendQueue(self.send, self.on_writable, self.queued, lambda: self.now)
        self.now = 1000.0
        self.send_queue.on_sent = lambda length: self.count("sent")
        self.send_queue.on_dropped = self._on_dropped

    def _on_dropped(self, is_held_back: bool) -> None:
        self.count("held back" if is_held_back else "dropped")

    def count(self, event: str) -> None:
        self.counts[event] += 1

    def offer(self, frame: Any) -> None:
        with Delivery(frame, self.now) as delivery:
            self.send_queue.offer(delivery)

    def put(self, packet: bytes) -> None:
        """Put a packet that was queued."""
        self.queued.remove(packet)
        self.send_queue.put(packet)

    def send(self, parts: Sequence[Buffer]) -> int:
        if not self.room:
            raise BlockingIOError
        taken = b"".join(parts)[: self.room]
        self.sent += taken
        self.room -= len(taken)
        return len(taken)

    def on_writable(self, callback: Callable[[], None]) -> None:
        assert self.callback is None, "one waits already"
        self.callback = callback

    def add_room(self, room: int) -> None:
        self.room += room
        if self.callback:
            callback, self.callback = self.callback, None
            callback()


def test_a_frame_that_begins_is_counted_with_its_bytes() -> None:
    connection, lengths = Connection(100), []
    connection.send_queue.on_sent = lengths.append

    connection.offer(frame("camera", b"frame"))

    assert lengths == [5]


def test_an_idle_connection_is_sent_a_frame_immediately() -> None:
    connection = Connection(100)

    connection.offer(frame("camera", b"frame"))

    assert connection.sent == b"frame"


def test_a_busy_connection_is_sent_the_newest_frame_when_it_is_idle() -> None:
    connection = Connection(2)
    for packed in (b"one", b"two", b"three"):
        connection.offer(frame("camera", packed))

    connection.add_room(100)

    assert connection.sent == b"onethree"
    assert connection.counts == {"sent": 2, "dropped": 1, "held back": 0}


def test_a_packet_never_lands_inside_a_frame_and_goes_before_the_next() -> None:
    connection = Connection(2)
    connection.offer(frame("camera", b"one"))
    connection.offer(frame("camera", b"two"))
    connection.send_queue.put(b"[ping]")

    connection.add_room(100)

    assert connection.sent == b"one[ping]two"


def test_a_frame_does_not_overtake_a_packet_that_is_queued() -> None:
    connection = Connection(100)

    connection.queued.append(b"[schema]")
    connection.offer(frame("camera", b"frame"))
    assert connection.sent == b""
    connection.put(b"[schema]")

    assert connection.sent == b"[schema]frame"


def test_of_two_streams_neither_takes_the_others_place() -> None:
    connection = Connection(1)
    for packed in (b"a1", b"a2", b"b1", b"b2", b"a3"):
        connection.offer(frame(packed[:1].decode(), packed))

    connection.add_room(100)

    assert connection.sent == b"a1a3b2"


def test_a_frame_of_an_unwatched_stream_is_dropped() -> None:
    connection = Connection(1)
    connection.offer(frame("a", b"a1"))
    connection.offer(frame("a", b"a2"))

    connection.send_queue.forget("a")
    connection.add_room(100)

    assert connection.sent == b"a1"


def test_a_blocked_connection_is_closed_when_too_many_packets_wait() -> None:
    connection = Connection(0)
    connection.send_queue.put(b"begun")
    for _ in range(MAX_PACKETS):
        connection.send_queue.put(b"[ping]")

    with pytest.raises(BrokenPipeError):
        connection.send_queue.put(b"[ping]")


def reporting_connection() -> Connection:
    """Return the connection of a viewer that reports, with a full window; frame 2 waits."""
    connection = Connection(10 * START_BYTES)
    connection.send_queue.flow = FlowControl()
    for seq in (1, 2):
        connection.offer(frame("camera", bytes([seq]) * (START_BYTES - 1), seq))
    assert len(connection.sent) == START_BYTES - 1
    return connection


def test_a_frame_begins_only_when_the_viewer_has_drawn_enough() -> None:
    connection = reporting_connection()

    connection.now += 0.1
    delay_s = connection.send_queue.on_drawn(("camera", 1, 1))

    assert delay_s == pytest.approx(0.1)
    assert connection.sent[START_BYTES - 1 :] == b"\x02" * (START_BYTES - 1)


def test_a_frame_that_was_sent_meanwhile_is_not_sent_again() -> None:
    connection = reporting_connection()
    three = frame("camera", b"three", 3)
    connection.offer(three)
    connection.send_queue.on_drawn(("camera", 1, 1))
    assert connection.sent.endswith(b"three")

    with Delivery(three, connection.now) as delivery:
        assert connection.send_queue.offer_again(delivery)

    assert connection.sent.count(b"three") == 1


def test_a_frame_that_is_replaced_while_the_connection_is_writable_counts_as_held_back() -> None:
    connection = reporting_connection()

    connection.offer(frame("camera", b"three", 3))
    connection.send_queue.on_drawn(("camera", 1, 1))

    assert connection.sent.endswith(b"three")
    assert connection.counts == {"sent": 2, "dropped": 0, "held back": 1}


def test_a_viewer_that_reports_gets_the_pulses_of_dropped_frames_before_the_next() -> None:
    connection = reporting_connection()
    for seq in (3, 4):
        connection.offer(frame("camera", b"packed", seq))

    connection.send_queue.on_drawn(("camera", 1, 1))

    assert connection.sent.endswith(b"\x01<pulses 2><pulses 3>packed")


def test_pulses_from_before_the_upgrade_go_before_the_next_frame() -> None:
    connection = Connection(100)
    connection.send_queue.pending_pulses.add(frame("camera", b"one", 1))

    connection.offer(frame("other", b"other"))
    connection.offer(frame("camera", b"two", 2))

    assert connection.sent == b"other<pulses 1>two"


def test_the_pulses_count_as_in_flight() -> None:
    connection = reporting_connection()
    room = connection.send_queue.flow.window  # type: ignore[union-attr]

    connection.offer(frame("camera", b"x" * room, 3))
    connection.send_queue.on_drawn(("camera", 1, 1))

    assert connection.send_queue.flow.in_flight == len(b"<pulses 2>") + room  # type: ignore[union-attr]


def test_a_viewer_that_does_not_report_gets_frames_alone() -> None:
    connection = Connection(2)
    for packed in (b"one", b"two", b"three"):
        connection.offer(frame("camera", packed))

    connection.add_room(100)

    assert b"pulses" not in connection.sent


def test_pulses_of_an_unwatched_stream_are_dropped() -> None:
    connection = reporting_connection()
    connection.offer(frame("camera", b"three", 3))
    connection.send_queue.forget("camera")
    connection.offer(frame("camera", b"four", 4))

    assert b"pulses" not in connection.sent


def test_engineios_packets_are_never_held_back() -> None:
    connection = reporting_connection()

    connection.send_queue.put(b"[ping]")

    assert connection.sent.endswith(b"\x01[ping]")


def test_a_report_lets_no_frame_overtake_a_packet_that_is_queued() -> None:
    connection = reporting_connection()

    connection.queued.append(b"[schema]")
    connection.send_queue.on_drawn(("camera", 1, 1))
    connection.put(b"[schema]")

    assert connection.sent[START_BYTES - 1 :] == b"[schema]" + b"\x02" * (START_BYTES - 1)


def test_frames_of_an_unwatched_stream_do_not_delay_others() -> None:
    connection = reporting_connection()

    connection.send_queue.forget("camera")
    connection.offer(frame("other", b"other"))

    assert connection.sent.endswith(b"\x01other")


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("frame"), st.sampled_from("ab")),
            st.tuples(st.just("packet"), st.just("")),
            st.tuples(st.just("room"), st.integers(1, 12)),
        ),
        max_size=60,
    )
)
def test_everything_is_sent_whole_and_in_order_or_counted_as_dropped(
    steps: list[tuple[str, str | int]],
) -> None:
    connection = Connection()
    offered: list[str] = []
    packets: list[str] = []
    for number, (action, detail) in enumerate(steps):
        if action == "frame":
            offered.append(f"<{detail}{number}>")
            connection.offer(frame(str(detail), offered[-1].encode()))
        elif action == "packet":
            packets.append(f"[{number}]")
            connection.send_queue.put(packets[-1].encode())
        else:
            connection.add_room(int(detail))
    while connection.callback:
        connection.add_room(7)

    units = connection.sent.decode().replace(">", "> ").replace("]", "] ").split()
    frames = [unit for unit in units if unit.startswith("<")]
    assert [unit for unit in units if unit.startswith("[")] == packets
    for stream in "ab":
        sent = [frame for frame in frames if frame[1] == stream]
        of_stream = [frame for frame in offered if frame[1] == stream]
        assert sent == [frame for frame in of_stream if frame in sent]
        assert sent[-1:] == of_stream[-1:]
    assert connection.counts["sent"] == len(frames)
    assert connection.counts["dropped"] == len(offered) - len(frames)


def test_while_two_renditions_are_offered_an_older_or_the_same_pulse_is_not_counted() -> None:
    connection = Connection()
    connection.offer(frame("camera", b"blocks the connection"))
    full, half = (frame("camera", packed, received=10) for packed in (b"full", b"half"))
    older = frame("camera", b"older", received=9)

    for offered in (full, older, half, full, older):
        connection.offer(offered)
    connection.add_room(1000)

    assert connection.sent == b"blocks the connection" + b"full"
    assert connection.counts == {"sent": 2, "dropped": 0, "held back": 0}
