"""Of Socket.IO's message queue only a notice to all viewers is passed on."""

import json
import pickle
from typing import Any

import pytest

from web.message_queue import MAX_TEXT_CHARS, notice

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


def test_a_notice_is_passed_on_as_its_text() -> None:
    assert notice(json.dumps(SENT).encode()) == "Beam off"
    assert notice(b'{"method":"emit","event":"notice","data":{"text":"x","html":"<b>"}}') == "x"


def test_a_long_notice_is_cut() -> None:
    sent = {**SENT, "data": [{"text": "x" * 5000}]}
    assert notice(json.dumps(sent).encode()) == "x" * MAX_TEXT_CHARS


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
def test_everything_else_is_refused(other: dict[str, Any]) -> None:
    assert notice(json.dumps({**SENT, **other}).encode()) is None


@pytest.mark.parametrize("message", [b"", b"null", b"[1]", b"\xff\xfe", b"[" * 5000, b'"notice"'])
def test_what_is_no_message_is_refused(message: bytes) -> None:
    assert notice(message) is None


class Executes:
    """Creates a file when it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return open, (self.path, "w")


def test_nothing_is_unpickled(tmp_path: Any) -> None:
    assert notice(pickle.dumps(SENT)) is None
    assert notice(pickle.dumps(Executes(str(tmp_path / "made")))) is None
    assert not (tmp_path / "made").exists()
