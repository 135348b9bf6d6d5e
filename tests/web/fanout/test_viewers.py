"""A viewer whose connection becomes a WebSocket while it is served gets each frame once."""

import re
from collections import deque
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from shared.renditions import FULL
from tests.web.fanout.test_send_queue import Connection, frame
from web.fanout.backlog import BACKLOG
from web.fanout.messages import Event
from web.fanout.send_queue import MAX_PACKETS, Delivery
from web.fanout.viewers import MAX_QUEUED_PACKETS, SocketViewer


class Session:
    """A viewer that polls until :meth:`upgrade`, and its engine.io connection."""

    def __init__(self) -> None:
        self.emitted: list[bytes] = []
        self.queued = 0
        queue = SimpleNamespace(qsize=lambda: self.queued, empty=lambda: not self.queued)
        self.connection: Any = SimpleNamespace(upgraded=False, queue=queue)
        manager = SimpleNamespace(eio_sid_from_sid=lambda sid, namespace: "eio")
        server: Any = SimpleNamespace(
            manager=manager,
            eio=SimpleNamespace(sockets={"eio": self.connection}),
            emit=lambda event, payload, **_: self.emitted.append(payload),
        )
        self.viewer = SocketViewer(server, "sid")
        self.viewer.renditions = dict.fromkeys(("camera", "other"), FULL)
        self.websocket = Connection(10_000)

    def upgrade(self) -> None:
        self.connection.upgraded, self.connection.send_queue, self.queued = (
            True,
            self.websocket.send_queue,
            0,
        )

    def offer(self, packed: bytes, again: bool = False) -> bool:
        offered = frame("camera", packed)
        offered.message = packed
        with Delivery(offered, self.websocket.now) as delivery:
            return (self.viewer.offer_again if again else self.viewer.offer)(delivery)


def test_a_polling_viewer_gets_frames_until_too_many_wait() -> None:
    session = Session()

    assert session.offer(b"one")
    session.queued = MAX_QUEUED_PACKETS
    assert not session.offer(b"two")
    session.viewer.count_dropped(frame("camera", b"two"))

    assert session.emitted == [b"one"]
    assert session.viewer.dropped == 1


def test_a_polling_viewer_that_reports_gets_the_pulses_of_dropped_frames() -> None:
    session = Session()
    session.viewer.enable_reports()
    session.queued = MAX_QUEUED_PACKETS
    for seq in (1, 2):
        assert not session.offer(b"busy")
        session.viewer.count_dropped(frame("camera", b"busy", seq))

    session.queued = 0
    session.offer(b"free")

    assert session.emitted == [{"seq": 1}, {"seq": 2}, b"free"]


@pytest.mark.parametrize("event_first", [False, True])
def test_a_frame_that_was_refused_is_sent_once_after_an_upgrade(
    event_first: bool,
) -> None:
    session = Session()
    session.queued = MAX_QUEUED_PACKETS
    assert not session.offer(b"<one>")
    session.upgrade()
    if event_first:
        session.viewer.send_event(SimpleNamespace(name="status", packed=lambda **_: b""))  # type: ignore[arg-type]

    assert session.offer(b"<one>", again=True)
    assert session.offer(b"<one>", again=True), "it has begun: nothing is left to send"
    session.viewer.count_dropped(frame("camera", b"<one>"))

    assert session.websocket.sent == b"<one>"
    assert session.viewer.dropped == 0


def test_pending_pulses_of_a_polling_viewer_are_sent_after_an_upgrade() -> None:
    session = Session()
    session.viewer.enable_reports()
    session.queued = MAX_QUEUED_PACKETS
    for seq in (1, 2):
        assert not session.offer(b"busy")
        session.viewer.count_dropped(frame("camera", b"busy", seq))

    session.upgrade()
    session.offer(b"<three>")
    session.offer(b"<four>")

    assert session.websocket.sent == b"<pulses 1><pulses 2><three><four>"


def test_a_frame_that_was_refused_before_an_upgrade_leaves_its_pulses() -> None:
    session = Session()
    session.viewer.enable_reports()
    session.queued = MAX_QUEUED_PACKETS
    assert not session.offer(b"busy")
    session.upgrade()
    session.viewer.send_event(SimpleNamespace(name="status", packed=lambda **_: b""))  # type: ignore[arg-type]
    session.viewer.count_dropped(frame("camera", b"busy", 1))

    session.offer(b"<two>")

    assert session.websocket.sent == b"<pulses 1><two>"


def test_pulses_of_a_stream_unwatched_before_an_upgrade_are_not_sent() -> None:
    session = Session()
    session.viewer.enable_reports()
    session.queued = MAX_QUEUED_PACKETS
    assert not session.offer(b"busy")
    session.viewer.count_dropped(frame("camera", b"busy", 1))

    session.viewer.forget("camera")
    session.upgrade()
    session.offer(b"<two>")

    assert session.websocket.sent == b"<two>"


def test_a_session_that_has_ended_keeps_no_frame_but_wakes_a_waiting_thread() -> None:
    session = Session()
    session.connection.queue.queue = deque([b"frame", None, b"other"])

    session.viewer.close()

    assert list(session.connection.queue.queue) == [None]


def test_a_frame_that_is_offered_after_a_session_has_ended_is_not_kept() -> None:
    session = Session()
    session.connection.queue.queue = deque()
    before = BACKLOG.bytes

    session.viewer.close()
    session.offer(bytes(1000))

    assert BACKLOG.bytes == before


STATUS = Event("status", {"state": "live"})


def schema(stream: str, number: int) -> Event:
    return Event("schema", {"stream": stream, "hash": number})


def blocked() -> Session:
    """Return a session with a blocked WebSocket: one status was sent in part, another waits."""
    session = Session()
    session.upgrade()
    session.websocket.room = 0
    for _ in range(2):
        session.viewer.send_event(STATUS)
    return session


def sent_events(session: Session) -> list[Any]:
    """Return the events that were sent over the WebSocket."""
    session.websocket.add_room(100_000)
    return [orjson.loads(event) for event in re.findall(rb"42(\[.*?\}\])", session.websocket.sent)]


def test_a_blocked_websocket_gets_each_streams_newest_schema_later_but_no_old_status() -> None:
    session = blocked()
    status = ["status", {"state": "live", "dropped": 0}]

    for number in range(2 * MAX_PACKETS):
        session.viewer.send_event(schema("camera", number))
        session.viewer.send_event(STATUS)
    session.viewer.send_event(schema("other", 7))
    assert sent_events(session) == [status] * 2
    session.viewer.send_event(STATUS)

    newest = [{"stream": "camera", "hash": 2 * MAX_PACKETS - 1}, {"stream": "other", "hash": 7}]
    assert sent_events(session)[2:] == [*(["schema", each] for each in newest), status]


def test_an_idle_websocket_gets_a_schema_immediately_and_once() -> None:
    session = Session()
    session.upgrade()

    for event in (schema("camera", 1), STATUS):
        session.viewer.send_event(event)

    assert [name for name, _ in sent_events(session)] == ["schema", "status"]


def test_a_polling_viewer_gets_the_newest_schema_when_it_has_fetched_its_packets() -> None:
    session = Session()
    session.queued = 4 * MAX_QUEUED_PACKETS + 1

    for event in (schema("camera", 1), STATUS, schema("camera", 2)):
        session.viewer.send_event(event)
    assert session.emitted == []
    session.queued = 0
    session.viewer.send_event(STATUS)

    expected = [{"stream": "camera", "hash": 2}, {"state": "live", "dropped": 0}]
    assert session.emitted == expected


def test_the_schema_of_a_stream_that_was_unwatched_meanwhile_is_not_sent() -> None:
    session = blocked()
    session.viewer.send_event(schema("camera", 1))

    del session.viewer.renditions["camera"]
    session.viewer.forget("camera")
    session.viewer.send_event(schema("camera", 2))
    session.websocket.add_room(100_000)
    session.viewer.send_event(STATUS)

    assert [name for name, _ in sent_events(session)] == ["status"] * 3
