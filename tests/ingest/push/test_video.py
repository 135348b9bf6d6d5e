"""A video card names a stream; only the operator decides which addresses are opened."""

from typing import Any

import pytest

from ingest.push.board import Board
from ingest.push.message import InvalidMessage

HALL = {"id": "Hall", "type": "video", "value": "hall"}


def test_a_video_card_shows_the_stream_that_is_named() -> None:
    board = Board()

    board.add({**HALL, "name": "The hall"})

    about = board.cards["Hall"].describe()
    assert (about["type"], about["stream"], about["name"]) == ("video", "hall", "The hall")
    assert list(board.cards["Hall"].rows) == []


def test_another_value_is_another_stream_and_viewers_get_it() -> None:
    board = Board()
    cursor = board.cursor()
    board.add(HALL)
    cursor.take(100)

    board.add({"id": "Hall", "value": "gate.2"})

    (change,) = cursor.take(100)
    assert change.description
    assert change.description["stream"] == "gate.2"


def test_the_same_value_again_changes_nothing_but_the_time() -> None:
    board = Board()
    board.add(HALL)
    before = board.cards["Hall"].describe()

    board.add(HALL)

    assert board.cards["Hall"].describe() == before


def test_a_card_that_was_a_video_shows_no_stream_any_more() -> None:
    board = Board()
    board.add(HALL)

    board.add({"id": "Hall", "type": "line", "value": 1})

    assert "stream" not in board.cards["Hall"].describe()


@pytest.mark.parametrize(
    "value",
    [
        "rtsp://operator:s3cret@camera/stream1",
        "udp://127.0.0.1:5004",
        "file:/etc/passwd",
        "v4l2:/dev/video0",
        "tcp://camera:8888",
        "",
        "two words",
        "../board",
        "hall\n",
        "x" * 65,
    ],
)
def test_an_invalid_stream_name_is_refused_with_a_hint(value: str) -> None:
    board = Board()

    with pytest.raises(InvalidMessage, match="value is not a valid stream name") as refused:
        board.add({**HALL, "value": value})

    assert "1 to 64 of A-Z a-z 0-9" in refused.value.hint
    assert "python -m ingest --source ADDRESS --stream NAME" in refused.value.hint
    assert "s3cret" not in str(refused.value) + refused.value.hint
    assert board.cards == {}


@pytest.mark.parametrize("value", [None, 1, ["hall"], {"stream": "hall"}])
def test_a_value_that_is_no_text_is_refused(value: Any) -> None:
    board = Board()

    with pytest.raises(InvalidMessage, match="value: "):
        board.add({**HALL, "value": value})

    assert board.cards == {}


def test_a_refused_value_leaves_the_card_as_it_was() -> None:
    board = Board()
    board.add(HALL)

    with pytest.raises(InvalidMessage):
        board.add({"id": "Hall", "value": "rtsp://camera/", "name": "other"})

    assert board.cards["Hall"].describe()["stream"] == "hall"
    assert "name" not in board.cards["Hall"].describe()


def test_a_video_takes_no_bytes() -> None:
    with pytest.raises(InvalidMessage, match="unexpected binary data"):
        Board().add(HALL, b"x")
