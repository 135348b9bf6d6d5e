"""A viewer whose connection becomes a WebSocket while it is served gets each frame once."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.web.test_outbox import Line, frame
from web.outbox import Delivery
from web.viewers import MAX_PACKETS_WAITING, SocketViewer


class Session:
    """A viewer that polls, and what engine.io has of it; :meth:`upgrade` gives it a line."""

    def __init__(self) -> None:
        self.emitted: list[bytes] = []
        self.waiting = 0
        queue = SimpleNamespace(qsize=lambda: self.waiting, empty=lambda: not self.waiting)
        self.connection: Any = SimpleNamespace(upgraded=False, queue=queue)
        manager = SimpleNamespace(eio_sid_from_sid=lambda sid, namespace: "eio")
        server: Any = SimpleNamespace(
            manager=manager,
            eio=SimpleNamespace(sockets={"eio": self.connection}),
            emit=lambda event, payload, **_: self.emitted.append(payload),
        )
        self.viewer = SocketViewer(server, "sid")
        self.line = Line(10_000)

    def upgrade(self) -> None:
        self.connection.upgraded, self.connection.outbox, self.waiting = True, self.line.outbox, 0

    def offer(self, packed: bytes, again: bool = False) -> bool:
        offered = frame("camera", packed)
        offered.message = packed
        with Delivery(offered, self.line.now) as delivery:
            return (self.viewer.offer_again if again else self.viewer.offer)(delivery)


def test_a_polling_viewer_gets_frames_until_too_many_wait() -> None:
    session = Session()

    assert session.offer(b"one")
    session.waiting = MAX_PACKETS_WAITING
    assert not session.offer(b"two")
    session.viewer.missed(frame("camera", b"two"))

    assert session.emitted == [b"one"]
    assert session.viewer.dropped == 1


def test_a_polling_viewer_that_reports_is_told_the_pulses_of_frames_it_missed() -> None:
    session = Session()
    session.viewer.reports()
    session.waiting = MAX_PACKETS_WAITING
    for seq in (1, 2):
        assert not session.offer(b"busy")
        session.viewer.missed(frame("camera", b"busy", seq))

    session.waiting = 0
    session.offer(b"free")

    assert session.emitted == [{"seq": 1}, {"seq": 2}, b"free"]


@pytest.mark.parametrize("told_first", [False, True])
def test_a_frame_that_was_turned_away_goes_over_the_line_that_came_meanwhile_once(
    told_first: bool,
) -> None:
    session = Session()
    session.waiting = MAX_PACKETS_WAITING
    assert not session.offer(b"<one>")
    session.upgrade()
    if told_first:
        session.viewer.tell(SimpleNamespace(name="status", packed=lambda **_: b""))  # type: ignore[arg-type]

    assert session.offer(b"<one>", again=True)
    assert session.offer(b"<one>", again=True), "it has begun: nothing is left to send"
    session.viewer.missed(frame("camera", b"<one>"))

    assert session.line.took == b"<one>"
    assert session.viewer.dropped == 0
