"""What Redis keeps of a board, round by round."""

import json
from typing import Any

import pytest

from ingest.push.board import Board
from ingest.push.history import MOST_ROWS, History
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
    cards = [f"card {n}" for n in range(MOST_ROWS // len(labels) + 3)]
    for card in cards:
        board.add({"id": card, "value": labels, "label": labels})
    for _ in range(3):
        history.write()
    redis_server.broker.flushall()
    board.add({"id": cards[0], "value": labels, "label": labels})

    for _ in range(5):
        history.write()

    assert all(len(rows(redis_server, card)) == len(labels) for card in cards)
    written = history.tally.counts["history_written"]
    history.write()
    assert history.tally.counts["history_written"] == written, "nothing is left to write"


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


@pytest.mark.parametrize("key", ["cards", "card:a"])
def test_a_key_of_another_type_is_written_anew(
    redis_server: RedisServer, board: Board, history: History, key: str
) -> None:
    board.add({"id": "a", "value": 1})
    history.write()
    redis_server.broker.delete(f"beamcast:board:{key}")
    redis_server.broker.set(f"beamcast:board:{key}", "of another program")

    for n in range(3):
        board.add({"id": "a", "value": n})
        history.write()

    assert redis_server.broker.hkeys("beamcast:board:cards") == [b"a"]
    assert len(rows(redis_server, "a")) == 4


@pytest.mark.parametrize("key", ["cards", "card:a"])
def test_a_board_begins_beside_a_key_of_another_type(
    redis_server: RedisServer, board: Board, history: History, key: str
) -> None:
    board.add({"id": "a", "value": 1})
    history.write()
    redis_server.broker.delete(f"beamcast:board:{key}")
    redis_server.broker.set(f"beamcast:board:{key}", "of another program")

    History(board, "board", connect(redis_server.url_of("ingest")), lambda: True).restore(Board())
