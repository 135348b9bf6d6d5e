"""The history of a board in Redis, written step by step."""

import json
from typing import Any

import orjson
import pytest

from ingest.push.board import Board
from ingest.push.history import MAX_BATCH_ROWS, History
from shared.broker import connect
from tests.support.processes import RedisServer


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
def history(redis_server: RedisServer, board: Board) -> History:
    redis_server.broker.flushall()
    return History(board, "board", connect(redis_server.url_of("ingest")), lambda: True)


def rows(server: RedisServer, card: str) -> list[Any]:
    batches = server.broker.lrange(f"beamcast:board:card:{card}", 0, -1)
    return [row for batch in batches for row in json.loads(batch)["rows"]]


def test_a_board_that_takes_several_rounds_is_whole_again_after_redis_forgot_it(
    redis_server: RedisServer, board: Board, history: History
) -> None:
    labels = list(range(10_000))
    cards = [f"card {n}" for n in range(MAX_BATCH_ROWS // len(labels) + 3)]
    for card in cards:
        board.add({"id": card, "value": labels, "label": labels})
    for _ in range(3):
        history.write()
    redis_server.broker.flushall()
    board.add({"id": cards[0], "value": labels, "label": labels})

    for _ in range(5):
        history.write()

    assert all(len(rows(redis_server, card)) == len(labels) for card in cards)
    count = history.counters.counts["history_written"]
    history.write()
    assert history.counters.counts["history_written"] == count, "nothing is left to write"


def test_what_has_no_rows_leaves_none(
    redis_server: RedisServer, board: Board, history: History
) -> None:
    for _ in range(5):
        board.add({"id": "Hall", "type": "video", "value": "hall"})
        history.write()

    assert redis_server.broker.hlen("beamcast:board:cards") == 1
    assert not redis_server.broker.exists("beamcast:board:card:Hall")


def test_another_type_leaves_no_row_of_the_one_before(
    redis_server: RedisServer, board: Board, history: History
) -> None:
    for value in range(5):
        board.add({"id": "a", "value": value})
        history.write()

    board.add({"id": "a", "type": "map", "value": {"lat": 1, "lon": 2}})
    history.write()

    assert rows(redis_server, "a") == [[1, 2, ""]]


# ---- invalid data in Redis when a board starts ----

CARDS = "beamcast:board:cards"
GOOD_ROWS = [["x", 1], ["y", 2]]


def restore_board(server: RedisServer) -> tuple[Board, History]:
    """Return a new board that is restored from Redis."""
    board = Board()
    history = History(board, "board", connect(server.url), lambda: True)
    history.restore(board)
    return board, history


@pytest.fixture
def filled(redis_server: RedisServer, board: Board, history: History) -> RedisServer:
    """Redis with three valid cards, each in two batches, and a custom one."""
    for label, value in GOOD_ROWS:
        for card in ("a", "b", "c"):
            board.add({"id": card, "value": value, "label": label, "name": f"card {card}"})
        history.write()
    board.add({"id": "own", "type": "custom", "value": {"type": "line"}})
    history.write()
    return redis_server


def shown(board: Board) -> dict[str, list[Any]]:
    return {name: json.loads(orjson.dumps(list(card.rows))) for name, card in board.cards.items()}


def change_description(server: RedisServer, card: str, **fields: Any) -> None:
    """Change a card's description; ``None`` removes a field."""
    state = json.loads(server.broker.hget(CARDS, card)) | fields
    state = {name: value for name, value in state.items() if value is not None}
    server.broker.hset(CARDS, card, json.dumps(state))


BAD_DESCRIPTIONS: dict[str, dict[str, Any]] = {
    "an unknown type": {"type": "hologram"},
    "a type that is no text": {"type": 7},
    "no type": {"type": None},
    "no place": {"place": None},
    "a place that is no number": {"place": "first"},
    "points that are no number": {"points": "20"},
    "no points": {"points": 0},
    "more points than a board has": {"points": 10**9},
    "a count below zero": {"n": -1},
    "a version that is no number": {"v": "1"},
    "a time that is a text": {"t": "now"},
    "series that are no list": {"series": "x"},
    "series that are no texts": {"series": [1]},
    "another card's id": {"id": "c"},
    "a width that is no number": {"width": "wide"},
    "a colour that is none": {"borderColor": "url(x)"},
    "a stream that is none": {"stream": "../x"},
}


@pytest.mark.parametrize("case", BAD_DESCRIPTIONS)
def test_a_bad_description_costs_its_own_card_alone(filled: RedisServer, case: str) -> None:
    change_description(filled, "b", **BAD_DESCRIPTIONS[case])

    board, history = restore_board(filled)

    assert shown(board) == {"a": GOOD_ROWS, "c": GOOD_ROWS, "own": [[{"type": "line"}]]}
    assert history.counters.errors == {"history": 1}
    assert "card 'b'" in history.counters.last_error
    assert set(filled.broker.hkeys(CARDS)) == {b"a", b"c", b"own"}
    assert not filled.broker.exists("beamcast:board:card:b")
    assert restore_board(filled)[1].counters.errors == {}, "it is logged once, not at each start"


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"7", b"null", b"\xff", b'{"id": "b"}'])
def test_a_description_that_is_none_costs_its_own_card_alone(
    filled: RedisServer, text: bytes
) -> None:
    filled.broker.hset(CARDS, "b", text)
    filled.broker.hset(CARDS, b"\xff\xfe", text)

    board, history = restore_board(filled)

    assert shown(board).keys() == {"a", "c", "own"}
    assert history.counters.errors == {"history": 2}


def test_a_field_of_a_newer_version_costs_nothing(filled: RedisServer) -> None:
    change_description(filled, "b", hologram={"depth": 3})

    board, history = restore_board(filled)

    assert shown(board)["b"] == GOOD_ROWS
    assert history.counters.errors == {}


BAD_BATCHES: list[bytes] = [
    *(b"", b"{", b"\xff", b"7", b"null", b"[]", b"{}", b'{"rows": null}', b'{"rows": "xy"}'),
    *(b'{"rows": {"a": 1}}', b'{"rows": [7]}', b'{"rows": ["xy"]}', b'{"rows": [null]}'),
    *(b'{"rows": [[]]}', b'{"rows": [["x"]]}', b'{"rows": [["x", {}]]}', b'{"rows": [[[], 1]]}'),
]


@pytest.mark.parametrize("batch", BAD_BATCHES)
@pytest.mark.parametrize("card", ["b", "own"])
def test_a_bad_row_costs_itself_alone(filled: RedisServer, card: str, batch: bytes) -> None:
    key = f"beamcast:board:card:{card}"
    good = filled.broker.lrange(key, 0, -1)
    filled.broker.delete(key)
    filled.broker.rpush(key, *good[:1], batch, *good[1:])

    board, history = restore_board(filled)

    assert shown(board) == {
        **dict.fromkeys("abc", GOOD_ROWS),
        "own": [[{"type": "line"}]],
    }
    assert history.counters.errors == {"history": 1}
    assert f"card {card!r}" in history.counters.last_error
    history.write()
    assert rows(filled, card) == shown(board)[card], "Redis has what the board has"
    assert restore_board(filled)[1].counters.errors == {}


def test_a_good_row_beside_a_bad_one_in_a_batch_lives(filled: RedisServer) -> None:
    batch = b'{"first": 2, "rows": [["z", 3], 7, ["w", 4]]}'
    filled.broker.rpush("beamcast:board:card:b", batch)

    board, _ = restore_board(filled)

    assert shown(board)["b"] == [*GOOD_ROWS, ["z", 3], ["w", 4]]
    assert board.cards["b"].count == 4, "no row is numbered below zero"


@pytest.mark.parametrize("key", [CARDS, "beamcast:board:card:b"])
def test_a_key_of_another_type_costs_what_was_in_it_and_heals(
    filled: RedisServer, key: str
) -> None:
    filled.broker.set(key, "x")

    board, history = restore_board(filled)
    board.add({"id": "b", "value": 3, "label": "z"})
    for _ in range(3):
        history.write()

    assert history.counters.errors["history"] >= 1
    assert ["z", 3] in rows(filled, "b")
    assert restore_board(filled)[0].cards["b"].rows[-1] == ["z", 3]


def test_a_key_of_another_type_heals_while_the_board_runs(
    filled: RedisServer, board: Board, history: History
) -> None:
    for key in (CARDS, "beamcast:board:card:b"):
        filled.broker.set(key, "x")
        board.add({"id": "b", "value": 3, "label": "z"})
        for _ in range(3):
            history.write()

        assert shown(restore_board(filled)[0]).keys() == {"a", "b", "c", "own"}, key


def test_a_card_after_one_that_was_refused_has_a_place_of_its_own(filled: RedisServer) -> None:
    change_description(filled, "b", type="hologram")
    board, _ = restore_board(filled)

    board.add({"id": "d", "value": 1})

    places = [card.place for card in board.cards.values()]
    assert len(set(places)) == len(places)
    assert max(places) == board.cards["d"].place
