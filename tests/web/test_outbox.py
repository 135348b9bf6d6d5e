"""What a slow line does to frames: few, whole, new and in order, and no packet is lost."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.outbox import MAX_PACKETS, Outbox


class Line:
    """A connection that takes so many bytes and then blocks until there is room again."""

    def __init__(self, room: int = 0) -> None:
        self.room = room
        self.took = b""
        self.go_on: Callable[[], None] | None = None
        self.counts = {"sent": 0, "dropped": 0}
        self.outbox = Outbox(self.send, self.wait)
        self.outbox.on_sent = lambda: self.count("sent")
        self.outbox.on_dropped = lambda: self.count("dropped")

    def count(self, what: str) -> None:
        self.counts[what] += 1

    def send(self, data: memoryview) -> int:
        if not self.room:
            raise BlockingIOError
        taken = bytes(data[: self.room])
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


def test_a_free_line_takes_a_frame_at_once() -> None:
    line = Line(100)

    line.outbox.offer("camera", b"frame")

    assert line.took == b"frame"


def test_a_busy_line_gets_the_newest_frame_when_it_is_free() -> None:
    line = Line(2)
    for frame in (b"one", b"two", b"three"):
        line.outbox.offer("camera", frame)

    line.gets_room(100)

    assert line.took == b"onethree"
    assert line.counts == {"sent": 2, "dropped": 1}


def test_a_packet_never_lands_inside_a_frame_and_goes_before_the_next() -> None:
    line = Line(2)
    line.outbox.offer("camera", b"one")
    line.outbox.offer("camera", b"two")
    line.outbox.put(b"[ping]")

    line.gets_room(100)

    assert line.took == b"one[ping]two"


def test_a_frame_does_not_overtake_a_packet_that_is_under_way() -> None:
    line = Line(100)

    line.outbox.offer("camera", b"frame", at_once=False)
    line.outbox.put(b"[schema]")

    assert line.took == b"[schema]frame"


def test_of_two_streams_neither_takes_the_others_place() -> None:
    line = Line(1)
    for stream, frame in [("a", b"a1"), ("a", b"a2"), ("b", b"b1"), ("b", b"b2"), ("a", b"a3")]:
        line.outbox.offer(stream, frame)

    line.gets_room(100)

    assert line.took == b"a1a3b2"


def test_a_frame_that_is_no_longer_wanted_is_forgotten() -> None:
    line = Line(1)
    line.outbox.offer("a", b"a1")
    line.outbox.offer("a", b"a2")

    line.outbox.forget("a")
    line.gets_room(100)

    assert line.took == b"a1"


def test_a_line_that_takes_nothing_is_given_up() -> None:
    line = Line(0)
    line.outbox.put(b"begun")
    for _ in range(MAX_PACKETS):
        line.outbox.put(b"[ping]")

    with pytest.raises(BrokenPipeError):
        line.outbox.put(b"[ping]")


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
            line.outbox.offer(str(detail), offered[-1].encode())
        elif what == "packet":
            packets.append(f"[{number}]")
            line.outbox.put(packets[-1].encode())
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
    assert line.counts == {"sent": len(frames), "dropped": len(offered) - len(frames)}
