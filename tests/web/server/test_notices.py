"""Only notices to all viewers are passed on from Socket.IO's message queue."""

import json
import pickle
from typing import Any

import pytest

from shared.broker import connect
from shared.redis_keys import RedisKeys
from tests.support.processes import RedisServer
from tests.support.waiting import until
from web.server.notices import MAX_TEXT_CHARS, Notices, notice_text

SENT: dict[str, Any] = {
    "method": "emit",
    "event": "notice",
    "data": [{"text": "Beam off"}],
    "binary": False,
    "namespace": "/",
    "room": None,
    "skip_sid": None,
    "callback": None,
    "host_id": "abc",
}


def test_the_text_of_a_notice_is_passed_on() -> None:
    assert notice_text(json.dumps(SENT).encode()) == "Beam off"
    assert (
        notice_text(b'{"method":"emit","event":"notice","data":{"text":"x","html":"<b>"}}') == "x"
    )


def test_a_long_notice_is_cut() -> None:
    sent = {**SENT, "data": [{"text": "x" * 5000}]}
    assert notice_text(json.dumps(sent).encode()) == "x" * MAX_TEXT_CHARS


@pytest.mark.parametrize(
    "other",
    [
        {"event": "status", "data": [{"stream": "camera", "state": "lost"}]},
        {"event": "frame", "data": ["AAAA"], "binary": True},
        {"event": "schema", "data": [{"stream": "camera"}]},
        {"event": "anything"},
        {"method": "disconnect", "sid": "x"},
        {"method": "close_room", "room": "x"},
        {"method": "callback"},
        {"data": [{"text": 5}]},
        {"data": [{"text": None}]},
        {"data": ["Beam off"]},
        {"data": [{"text": "a"}, {"text": "b"}]},
        {"data": []},
        {"namespace": "/other"},
        {"room": "one-viewer"},
        {"callback": ["room", "/", 1]},
        {"binary": True},
    ],
)
def test_every_other_message_is_rejected(other: dict[str, Any]) -> None:
    assert notice_text(json.dumps({**SENT, **other}).encode()) is None


@pytest.mark.parametrize("message", [b"", b"null", b"[1]", b"\xff\xfe", b"[" * 5000, b'"notice"'])
def test_an_invalid_message_is_rejected(message: bytes) -> None:
    assert notice_text(message) is None


class Executes:
    """An object that creates a file when it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return open, (self.path, "w")


def test_nothing_is_unpickled(tmp_path: Any) -> None:
    assert notice_text(pickle.dumps(SENT)) is None
    assert notice_text(pickle.dumps(Executes(str(tmp_path / "made")))) is None
    assert not (tmp_path / "made").exists()


def test_an_error_with_one_notice_does_not_stop_the_next(redis_server: RedisServer) -> None:
    passed_on: list[str] = []

    def emit(event: str, payload: dict[str, str]) -> None:
        passed_on.append(payload["text"])
        if len(passed_on) == 1:
            raise RuntimeError("a fault of one viewer")

    Notices(connect(redis_server.url_of("web")), emit).start()
    until(
        lambda: (
            redis_server.broker.publish(RedisKeys().notices, json.dumps(SENT)) and passed_on[1:]
        ),
        "the second one is passed on",
    )


def test_a_user_without_the_right_to_the_queue_is_logged_once(
    redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    broker = redis_server.broker
    broker.execute_command("ACL", "SETUSER", "deaf", "on", "nopass", "~*", "+@all", "resetchannels")
    notices = Notices(connect(f"redis://deaf:x@127.0.0.1:{redis_server.port}/0"), print)

    for _ in range(3):
        notices.listen()
    broker.acl_log_reset()

    assert [record.getMessage() for record in caplog.records] == [
        "notices: The Redis user lacks a permission that Beamcast needs. ACL LOG in Redis shows "
        "which one; deploy/redis/users.acl lists all of them. Waiting for it."
    ]
