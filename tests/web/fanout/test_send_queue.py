"""What a slow line does to frames: few, whole, new and in order, and no packet is lost."""

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
    """What an send_queue takes of a frame; each was received after the one before."""
    received = next(COUNTER) if received is None else received
    pulses = SimpleNamespace(
        name="pulses", payload={"seq": seq}, packed=lambda: b"<pulses %d>" % seq
    )
    buffers = Buffers(packed[:1], packed[1:])
    key = stream, 1, seq
    return SimpleNamespace(stream=stream, packed=buffers, key=key, received=received, pulses=pulses)


class Line:
    """A connection that takes so many bytes and then blocks until there is room again."""

    def __init__(self, room: int = 0) -> None:
        self.room = room
        self.took = b""
        self.go_on: Callable[[], None] | None = None
        self.coming: list[bytes] = []
        self.counts = {"sent": 0, "dropped": 0, "held back": 0}
        self.send_queue = SendQueue(self.send, self.wait, self.coming, lambda: self.now)
        self.now = 1000.0
        self.send_queue.on_sent = lambda length: self.count("sent")
        self.send_queue.on_dropped = lambda held: self.count("held back" if held else "dropped")

    def count(self, what: str) -> None:
        self.counts[what] += 1

    def offer(self, frame: Any) -> None:
        with Delivery(frame, self.now) as delivery:
            self.send_queue.offer(delivery)

    def put(self, packet: bytes) -> None:
        """What ``coming`` announced has come."""
        self.coming.remove(packet)
        self.send_queue.put(packet)

    def send(self, parts: Sequence[Buffer]) -> int:
        if not self.room:
            raise BlockingIOError
        taken = b"".join(parts)[: self.room]
        self.took += taken
        self.room -= len(taken)
        return len(taken)

    def wait(self, go_on: Callable[[], None]) -> None:
        assert self.go_on is None, "it waits already"
        self.go_on = go_on

    def gets_room(self, room: int) -> None:
        self.room += room
        if self.go_on:
            go_on, self.go_on = self.go_on, None
            go_on()


def test_what_begins_is_counted_with_its_bytes() -> None:
    line, lengths = Line(100), []
    line.send_queue.on_sent = lengths.append

    line.offer(frame("camera", b"frame"))

    assert lengths == [5]


def test_a_free_line_takes_a_frame_at_once() -> None:
    line = Line(100)

    line.offer(frame("camera", b"frame"))

    assert line.took == b"frame"


def test_a_busy_line_gets_the_newest_frame_when_it_is_free() -> None:
    line = Line(2)
    for packed in (b"one", b"two", b"three"):
        line.offer(frame("camera", packed))

    line.gets_room(100)

    assert line.took == b"onethree"
    assert line.counts == {"sent": 2, "dropped": 1, "held back": 0}


def test_a_packet_never_lands_inside_a_frame_and_goes_before_the_next() -> None:
    line = Line(2)
    line.offer(frame("camera", b"one"))
    line.offer(frame("camera", b"two"))
    line.send_queue.put(b"[ping]")

    line.gets_room(100)

    assert line.took == b"one[ping]two"


def test_a_frame_does_not_overtake_a_packet_that_is_under_way() -> None:
    line = Line(100)

    line.coming.append(b"[schema]")
    line.offer(frame("camera", b"frame"))
    assert line.took == b""
    line.put(b"[schema]")

    assert line.took == b"[schema]frame"


def test_of_two_streams_neither_takes_the_others_place() -> None:
    line = Line(1)
    for packed in (b"a1", b"a2", b"b1", b"b2", b"a3"):
        line.offer(frame(packed[:1].decode(), packed))

    line.gets_room(100)

    assert line.took == b"a1a3b2"


def test_a_frame_that_is_no_longer_wanted_is_forgotten() -> None:
    line = Line(1)
    line.offer(frame("a", b"a1"))
    line.offer(frame("a", b"a2"))

    line.send_queue.forget("a")
    line.gets_room(100)

    assert line.took == b"a1"


def test_a_line_that_takes_nothing_is_given_up() -> None:
    line = Line(0)
    line.send_queue.put(b"begun")
    for _ in range(MAX_PACKETS):
        line.send_queue.put(b"[ping]")

    with pytest.raises(BrokenPipeError):
        line.send_queue.put(b"[ping]")


def reporting_line() -> Line:
    """A viewer that reports, with as much on its way as may be; frame 2 waits."""
    line = Line(10 * START_BYTES)
    line.send_queue.flow = FlowControl()
    for seq in (1, 2):
        line.offer(frame("camera", bytes([seq]) * (START_BYTES - 1), seq))
    assert len(line.took) == START_BYTES - 1
    return line


def test_a_frame_begins_only_when_the_viewer_has_drawn_enough() -> None:
    line = reporting_line()

    line.now += 0.1
    delay_s = line.send_queue.on_drawn(("camera", 1, 1))

    assert delay_s == pytest.approx(0.1)
    assert line.took[START_BYTES - 1 :] == b"\x02" * (START_BYTES - 1)


def test_a_frame_that_has_begun_meanwhile_is_not_sent_again() -> None:
    line = reporting_line()
    three = frame("camera", b"three", 3)
    line.offer(three)
    line.send_queue.on_drawn(("camera", 1, 1))
    assert line.took.endswith(b"three")

    with Delivery(three, line.now) as delivery:
        assert line.send_queue.offer_again(delivery)

    assert line.took.count(b"three") == 1


def test_what_a_newer_frame_replaces_while_the_line_has_room_was_held_back() -> None:
    line = reporting_line()

    line.offer(frame("camera", b"three", 3))
    line.send_queue.on_drawn(("camera", 1, 1))

    assert line.took.endswith(b"three")
    assert line.counts == {"sent": 2, "dropped": 0, "held back": 1}


def test_a_viewer_that_reports_is_told_the_pulses_of_what_it_was_not_sent_before_the_next() -> None:
    line = reporting_line()
    for seq in (3, 4):
        line.offer(frame("camera", b"packed", seq))

    line.send_queue.on_drawn(("camera", 1, 1))

    assert line.took.endswith(b"\x01<pulses 2><pulses 3>packed")


def test_pulses_that_were_held_before_it_had_the_line_go_before_the_next_frame() -> None:
    line = Line(100)
    line.send_queue.pending_pulses.add(frame("camera", b"one", 1))

    line.offer(frame("other", b"other"))
    line.offer(frame("camera", b"two", 2))

    assert line.took == b"other<pulses 1>two"


def test_the_pulses_count_as_on_the_way() -> None:
    line = reporting_line()
    room = line.send_queue.flow.window  # type: ignore[union-attr]

    line.offer(frame("camera", b"x" * room, 3))
    line.send_queue.on_drawn(("camera", 1, 1))

    assert line.send_queue.flow.in_flight == len(b"<pulses 2>") + room  # type: ignore[union-attr]


def test_who_reports_nothing_is_sent_frames_alone() -> None:
    line = Line(2)
    for packed in (b"one", b"two", b"three"):
        line.offer(frame("camera", packed))

    line.gets_room(100)

    assert b"pulses" not in line.took


def test_pulses_of_a_stream_that_is_no_longer_wanted_are_forgotten() -> None:
    line = reporting_line()
    line.offer(frame("camera", b"three", 3))
    line.send_queue.forget("camera")
    line.offer(frame("camera", b"four", 4))

    assert b"pulses" not in line.took


def test_engineios_packets_are_never_held_back() -> None:
    line = reporting_line()

    line.send_queue.put(b"[ping]")

    assert line.took.endswith(b"\x01[ping]")


def test_a_report_lets_no_frame_overtake_a_packet_that_is_under_way() -> None:
    line = reporting_line()

    line.coming.append(b"[schema]")
    line.send_queue.on_drawn(("camera", 1, 1))
    line.put(b"[schema]")

    assert line.took[START_BYTES - 1 :] == b"[schema]" + b"\x02" * (START_BYTES - 1)


def test_an_unwatched_streams_frames_hold_no_other_back() -> None:
    line = reporting_line()

    line.send_queue.forget("camera")
    line.offer(frame("other", b"other"))

    assert line.took.endswith(b"\x01other")


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
def test_whatever_comes_in_goes_out_whole_in_order_and_with_nothing_unaccounted(
    steps: list[tuple[str, str | int]],
) -> None:
    line = Line()
    offered: list[str] = []
    packets: list[str] = []
    for number, (what, detail) in enumerate(steps):
        if what == "frame":
            offered.append(f"<{detail}{number}>")
            line.offer(frame(str(detail), offered[-1].encode()))
        elif what == "packet":
            packets.append(f"[{number}]")
            line.send_queue.put(packets[-1].encode())
        else:
            line.gets_room(int(detail))
    while line.go_on:
        line.gets_room(7)

    units = line.took.decode().replace(">", "> ").replace("]", "] ").split()
    frames = [unit for unit in units if unit.startswith("<")]
    assert [unit for unit in units if unit.startswith("[")] == packets
    for stream in "ab":
        sent = [frame for frame in frames if frame[1] == stream]
        of_stream = [frame for frame in offered if frame[1] == stream]
        assert sent == [frame for frame in of_stream if frame in sent]
        assert sent[-1:] == of_stream[-1:]
    assert line.counts["sent"] == len(frames)
    assert line.counts["dropped"] == len(offered) - len(frames)


def test_while_two_renditions_are_offered_neither_an_older_nor_the_same_pulse_counts() -> None:
    line = Line()
    line.offer(frame("camera", b"blocks the line"))
    full, half = (frame("camera", packed, received=10) for packed in (b"full", b"half"))
    older = frame("camera", b"older", received=9)

    for offered in (full, older, half, full, older):
        line.offer(offered)
    line.gets_room(1000)

    assert line.took == b"blocks the line" + b"full"
    assert line.counts == {"sent": 2, "dropped": 0, "held back": 0}
