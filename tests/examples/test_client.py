"""The client that programs copy: it never waits, connects again, and says what was wrong."""

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import orjson
import pytest

from tests.support.beamcast import Beamcast
from tests.support.processes import ROOT, free_port
from tests.support.push import Push
from tests.support.waiting import until

CLIENT = Path(ROOT, "examples", "beamcast_client.py")


@pytest.fixture(scope="module")
def client() -> ModuleType:
    spec = importlib.util.spec_from_file_location("beamcast_client", CLIENT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def board(client: ModuleType, push: Push) -> Iterator[Any]:
    with client.Beamcast(push.url.removesuffix("/push")) as made:
        yield made


def kept(beamcast: Beamcast) -> dict[str, Any]:
    found = beamcast.broker.hgetall("beamcast:board:cards").values()
    return {card["id"]: card for card in map(orjson.loads, found)}


def test_each_kind_of_card_is_one_call(beamcast: Beamcast, board: Any) -> None:
    board.line("l", np.float32(1.5))
    board.bar("b", [1, 2], label=["x", "y"])
    board.horizontal_bar("h", {"x": 1})
    for name in ("pie", "doughnut", "radar", "polar_area"):
        getattr(board, name)(name, {"x": np.int64(1), "y": 2})
    board.scatter("s", 1, 2)
    board.bubble("u", 1, 2, 3)
    board.map("m", 47.5, 8.2, "PSI")
    board.text("t", "<b>x</b>")
    board.custom("c", {"type": "line", "data": {"datasets": []}})
    board.image("i", np.zeros((20, 30), ">u2"))
    board.heatmap("w", [[1, 2], [3, None]])

    assert board.flush()
    until(lambda: len(kept(beamcast)) == 14, "all cards are there")
    assert (board.sent, board.refused, board.problem) == (14, 0, "")


def test_messages_of_a_chart_all_come_in_their_order(beamcast: Beamcast, board: Any) -> None:
    for n in range(3000):
        board.line("a", n, active_points=3000, label=n)

    assert board.flush(30)
    until(lambda: kept(beamcast).get("a", {}).get("n") == 3000, "all points are there")
    batches = map(orjson.loads, beamcast.broker.lrange("beamcast:board:card:a", 0, -1))
    assert [row[1] for batch in batches for row in batch["rows"]] == list(range(3000))


def test_a_refused_message_is_named_and_the_others_are_taken(
    beamcast: Beamcast, board: Any
) -> None:
    board.line("a", 1)
    board.push("a", "line", "one")
    board.line("a", 2, colour="red")

    assert board.flush()
    until(lambda: board.refused == 2, "they are refused")
    assert "value: " in board.problem or "colour: " in board.problem
    until(lambda: kept(beamcast).get("a", {}).get("n") == 1, "the good one is there")


def test_a_value_that_json_cannot_hold_is_refused_at_once(board: Any) -> None:
    with pytest.raises(TypeError):
        board.line("a", object())
    with pytest.raises(ValueError, match="JSON compliant"):
        board.line("a", float("nan"))


def test_a_caller_never_waits_for_a_board_that_is_not_there(client: ModuleType) -> None:
    board = client.Beamcast(f"http://127.0.0.1:{free_port()}")
    for n in range(client.MOST_WAITING + 500):
        board.line("a", n)
    board.pie("p", {"x": 1})
    board.pie("p", {"x": 2})

    until(lambda: "does not answer" in board.problem, "it says so")
    assert board.dropped == 501
    board.close()


def test_what_waits_is_sent_when_the_board_is_back(
    beamcast: Beamcast, client: ModuleType, push: Push
) -> None:
    board = client.Beamcast(push.url.removesuffix("/push"))
    push.process.kill()
    board.line("a", 1)
    until(lambda: "does not answer" in board.problem, "it says so")

    push.process.start()

    assert board.flush(30)
    until(lambda: kept(beamcast).get("a", {}).get("n") == 1, "the point is there")
    board.close()


def test_a_program_that_ends_has_sent_all(beamcast: Beamcast, push: Push) -> None:
    program = f"""
from beamcast_client import Beamcast
bc = Beamcast({push.url.removesuffix("/push")!r})
bc.line("a", 1)
"""
    subprocess.run([sys.executable, "-c", program], cwd=CLIENT.parent, check=True, timeout=30)

    until(lambda: "a" in kept(beamcast), "the card is there")
