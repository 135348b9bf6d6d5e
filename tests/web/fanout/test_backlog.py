"""The frames that slow connections keep are bounded for a whole worker."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from web.fanout.backlog import Backlog
from web.fanout.messages import Buffer, Buffers
from web.fanout.send_queue import Delivery, SendQueue


class Slow:
    """A connection that takes a byte, and then none until :meth:`rest`."""

    def __init__(self, backlog: Backlog) -> None:
        self.room = 1
        self.is_cut = False
        self.taken = bytearray()
        self.on_writable = lambda: None
        self.send_queue = SendQueue(self.send, self.wait, hang_up=self.hang_up, backlog=backlog)

    def send(self, parts: Sequence[Buffer]) -> int:
        taken = min(self.room, sum(map(len, parts)))
        self.taken += b"".join(parts)[:taken]
        self.room -= taken
        if not taken:
            raise BlockingIOError
        return taken

    def wait(self, on_writable: Any) -> None:
        self.on_writable = on_writable

    def rest(self) -> bytes:
        """Take all that is left, and return it."""
        self.room = 10_000
        self.taken.clear()
        self.on_writable()
        return bytes(self.taken)

    def hang_up(self) -> None:
        self.is_cut = True


def frame(message: bytes) -> Any:
    packed = Buffers(b"head", message, source=message)
    key = "camera", 1, id(message)
    return SimpleNamespace(stream="camera", packed=packed, key=key, received=1.0)


def offer(message: bytes, *connections: Slow) -> None:
    with Delivery(frame(message), 0.0) as delivery:
        for connection in connections:
            connection.send_queue.offer(delivery)


def test_a_frame_counts_once_for_all_connections_until_the_last_one_has_it() -> None:
    backlog = Backlog(1000)
    connections = [Slow(backlog) for _ in range(5)]

    offer(bytes(600), *connections)
    assert backlog.bytes == 600
    for connection in connections:
        assert backlog.bytes == 600
        connection.room = 10_000
        connection.on_writable()

    assert backlog.bytes == 0
    assert not any(connection.is_cut for connection in connections)


def test_beyond_the_limit_the_slowest_connections_are_cut_off() -> None:
    backlog = Backlog(1000)
    connections = [Slow(backlog) for _ in range(5)]

    for connection in connections:
        offer(bytes(300), connection)

    assert [connection.is_cut for connection in connections] == [True, True, False, False, False]
    assert backlog.bytes == 900


def test_small_parts_of_large_messages_count_with_their_own_size() -> None:
    backlog = Backlog(1000)
    connections = [Slow(backlog) for _ in range(6)]

    for number, connection in enumerate(connections):
        message = bytes([number]) * 900
        part = frame(message)
        part.packed = Buffers(b"head", memoryview(message)[:40], source=message)
        with Delivery(part, 0.0) as delivery:
            connection.send_queue.offer(delivery)

    assert not any(connection.is_cut for connection in connections)
    assert backlog.bytes == 6 * 43
    for number, connection in enumerate(connections):
        assert connection.rest() == b"ead" + bytes([number]) * 40
    assert backlog.bytes == 0


def test_a_connection_that_has_ended_keeps_nothing() -> None:
    backlog = Backlog(1000)
    connection = Slow(backlog)
    offer(bytes(300), connection)

    connection.send_queue.close()

    assert backlog.bytes == 0


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4)), max_size=80))
def test_the_count_always_equals_what_is_kept(steps: list[tuple[int, int]]) -> None:
    backlog, messages = Backlog(1000), [bytes(n * 150) for n in range(1, 5)]
    kept: dict[int, bytes] = {}
    for holder, which in steps:
        if which == 4:
            backlog.release(holder)
            kept.pop(holder, None)
        else:
            kept.pop(holder, None)
            kept[holder] = messages[which]
            backlog.hold(holder, messages[which], lambda each=holder: kept.pop(each))
        assert backlog.bytes == sum(len(m) for m in {id(m): m for m in kept.values()}.values())
        assert backlog.bytes <= 1000
