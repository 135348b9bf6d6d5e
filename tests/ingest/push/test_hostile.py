"""Malicious messages: each is refused quickly, with a short error, and leaks no memory."""

import contextlib
import json
import time
from typing import Any

import orjson
import pytest

from ingest.push import board as boards
from ingest.push.board import Board
from ingest.push.message import InvalidMessage
from ingest.push.publisher import MAX_FRAME_CARD_BYTES

CHART: dict[str, Any] = {"type": "bar", "data": {"labels": ["a"], "datasets": [{"data": [1]}]}}


def deep(levels: int) -> Any:
    made: Any = 1
    for _ in range(levels):
        made = [made]
    return made


def refused(board: Board, message: Any) -> str:
    """Return the error; it has to be short, with a hint, and quick."""
    began = time.process_time()
    with pytest.raises(InvalidMessage) as error:
        board.add(message)
    assert time.process_time() - began < 2
    assert len(str(error.value)) < 500
    assert error.value.hint
    return str(error.value)


def test_a_configuration_has_a_depth_and_a_size() -> None:
    board = Board()
    value = {**CHART, "options": {"animation": deep(100)}}
    board.add({"id": "a", "type": "custom", "value": value})

    for levels in (253, 254, 255, 1000):
        refused(board, {"id": "a", "type": "custom", "value": {"x": deep(levels)}})
        refused(board, {"id": "a", "type": "custom", "value": {"options": {"x": deep(levels)}}})
    refused(board, {"id": "a", "type": "custom", "value": {**CHART, "type": "y" * 300_000}})
    (row,) = board.cards["a"].rows
    assert orjson.loads(orjson.dumps(row)) == [value]


@pytest.mark.parametrize("levels", [10, 1000])
@pytest.mark.parametrize(
    "field", ["id", "value", "type", "label", "time", "legend", "name", "fill", "api_crypt", "odd"]
)
def test_a_deep_value_anywhere_is_refused(field: str, levels: int) -> None:
    refused(Board(), {"id": "a", "type": "line", "value": 1, field: deep(levels)})


def test_a_long_name_of_a_field_does_not_come_back_whole() -> None:
    refused(Board(), {"id": "a", "value": 1, "x" * 1_000_000: 1})


MILLION = 1_000_000
MANY = {
    "fields": {"id": "a", "value": 1, **{f"x{n}": 1 for n in range(MILLION)}},
    "a point's fields": {
        "id": "a",
        "type": "scatter",
        "value": {f"x{n}": 1 for n in range(MILLION)},
    },
    "points' fields": {
        "id": "a",
        "type": "scatter",
        "value": [{f"{n}": 1 for n in range(100_000)}] * 50,
    },
    "texts": {"id": "a", "value": [""] * MILLION},
    "series": {"id": "a", "value": {f"{n}": "" for n in range(MILLION)}},
    "shares": {"id": "a", "type": "pie", "value": {f"{n}": "" for n in range(99_000)}},
    "rows of texts": {"id": "a", "type": "heatmap", "value": [[""] * 1000] * 1000},
    "empty rows": {"id": "a", "type": "heatmap", "value": [[]] * 99_000},
    "labels": {"id": "a", "value": [1], "label": [[]] * MILLION},
    "names": {"id": "a", "value": [1], "legend": [1] * MILLION},
    "colours": {"id": "a", "value": [1], "borderColor": [1] * MILLION},
    "entries": {"id": "a", "type": "custom", "value": {f"{n}": {} for n in range(MILLION)}},
}


@pytest.mark.parametrize("what", MANY)
def test_a_million_faults_in_a_message_are_not_all_noted(what: str) -> None:
    refused(Board(), MANY[what])


@pytest.mark.parametrize(
    "text",
    ["1e400", "-1e400", "1" + "0" * 5000, "-" + "9" * 40, "18446744073709551615", "5e-324", "-0.0"],
)
def test_numbers_out_of_this_world_do_not_stop_what_comes_after(text: str) -> None:
    board = Board()
    cursor = board.cursor()
    data = '{"labels": [0.125], "datasets": [{"data": [0.125]}]}'
    for message in (
        f'{{"id": "a", "value": {text}}}',
        f'{{"id": "a", "value": 1, "time": {text}}}',
        f'{{"id": "a", "value": 1, "label": {text}}}',
        f'{{"id": "b", "type": "custom", "value": {{"type": "bar", "data": {data}}}}}'.replace(
            "0.125", text
        ),
        f'{{"id": "c", "type": "text", "value": "x", "time": {text}}}',
        f'{{"id": "d", "type": "map", "value": {{"lat": {text}, "lon": 1}}}}',
    ):
        with contextlib.suppress(InvalidMessage, orjson.JSONDecodeError):
            board.add(orjson.loads(message))

    board.add({"id": "good", "value": 1})

    assert json.loads(orjson.dumps([change.rows for change in cursor.take(1000)]))


def test_a_board_has_so_many_cards_whatever_ids_come() -> None:
    board = Board()
    for number in range(boards.MAX_CARDS):
        board.add({"id": f"{number}", "value": 1})
    cursor = board.cursor()

    for number in range(20_000):
        with pytest.raises(InvalidMessage, match="the board already has 500 cards"):
            board.add({"id": f"more {number}", "value": 1})

    assert len(board.cards) == boards.MAX_CARDS
    assert not cursor.changed
    board.add({"id": "7", "value": 2})


def test_all_that_a_board_shows_is_bounded_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "MAX_BYTES", 1_000_000)
    board = Board()
    text = {"type": "text", "value": "x" * 16_000, "active_points": 10_000}

    def fill() -> None:
        for number in range(1000):
            board.add({"id": f"{number % 20}", **text})

    with pytest.raises(InvalidMessage, match="1000000 bytes"):
        fill()
    assert sum(card.size for card in board.cards.values()) == board._bytes < 1_000_000
    board.add({"id": "0", "type": "text", "value": "short", "active_points": 1})
    board.add({"id": "new", **text})


def test_what_a_card_takes_is_known_whatever_comes_and_goes() -> None:
    board = Board()
    for number in range(300):
        board.add({"id": "a", "value": number, "label": "x" * (number % 50)})
        if number % 40 == 0:
            board.add({"id": "a", "value": 1, "active_points": 1 + number // 3})
        if number % 70 == 0:
            board.add({"id": "a", "value": [1] * number or [1], "label": ["l"] * number or ["l"]})
    card = board.cards["a"]

    assert card.size == sum(card.row_sizes) == sum(map(boards.row_size, card.rows)) == board._bytes
    assert len(card.rows) == len(card.row_sizes) <= card.points


def test_a_frame_carries_so_many_bytes_of_a_card_and_its_newest_rows() -> None:
    board = Board()
    cursor, history = board.cursor(), board.cursor()
    for number in range(1000):
        value = f"{number}".ljust(16_000)
        board.add({"id": "a", "type": "text", "value": value, "active_points": 10_000})

    (change,) = cursor.take(20_000, MAX_FRAME_CARD_BYTES)
    (whole,) = history.take(20_000)

    assert len(orjson.dumps(change.rows)) < MAX_FRAME_CARD_BYTES
    assert change.total == 1000
    assert change.rows[-1][1].strip() == "999"
    assert len(change.rows) < len(whole.rows) == 1000


def test_cards_that_are_large_together_go_in_frames_of_their_own() -> None:
    board = Board()
    cursor = board.cursor()
    for number in range(50):
        value = {"type": "bar", "data": {"labels": ["y" * 250] * 950}}
        board.add({"id": f"{number}", "type": "custom", "value": value})

    frames = []
    while changes := cursor.take(20_000, MAX_FRAME_CARD_BYTES):
        frames.append(changes)

    assert [change.id for changes in frames for change in changes] == [f"{n}" for n in range(50)]
    sizes = [len(orjson.dumps([change.rows for change in changes])) for changes in frames]
    assert max(sizes) < 2 * MAX_FRAME_CARD_BYTES
