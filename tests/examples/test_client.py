"""The Python client: calls never wait, it reconnects and reports errors; and its DataStream, which
keeps its period and survives exceptions."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np
import orjson
import pytest

from tests.support.beamcast import Beamcast
from tests.support.client import CLIENT, load_client
from tests.support.full_board import FullBoard
from tests.support.processes import free_port
from tests.support.push import Push
from tests.support.waiting import until


@pytest.fixture(scope="module")
def client() -> ModuleType:
    return load_client()


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
    board.video("v", "hall")

    assert board.flush()
    until(lambda: len(kept(beamcast)) == 15, "all cards are there")
    assert (board.sent, board.refused, board.problem) == (15, 0, "")


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


def test_a_caller_never_waits_for_a_board_that_is_not_there(client: ModuleType) -> None:
    board = client.Beamcast(f"http://127.0.0.1:{free_port()}")
    for n in range(client.MAX_QUEUED + 500):
        board.line("a", n)
    board.pie("p", {"x": 1})
    board.pie("p", {"x": 2})

    until(lambda: "cannot send to the board" in board.problem, "it says so")
    assert board.dropped == 501
    board.close()


def test_what_waits_is_sent_when_the_board_is_back(
    beamcast: Beamcast, client: ModuleType, push: Push
) -> None:
    board = client.Beamcast(push.url.removesuffix("/push"))
    push.process.kill()
    board.line("a", 1)
    until(lambda: "cannot send to the board" in board.problem, "it says so")

    push.process.start()

    assert board.flush(30)
    until(lambda: kept(beamcast).get("a", {}).get("n") == 1, "the point is there")
    board.close()


FULL = {"accepted": 0, "error": "full"}


@pytest.mark.parametrize(("status", "error"), [(503, FULL), (429, FULL), (502, ["of a proxy"])])
def test_what_was_taken_is_not_sent_again_when_a_picture_is_not(
    client: ModuleType, status: int, error: Any
) -> None:
    with FullBoard(status, "late", error) as full, client.Beamcast(full.url) as board:
        board.image("good", b"1")
        board.image("late", b"2")
        for n in range(10):
            board.line("a", n)
        until(lambda: 9 in full.of("a"), "the points came")
        tries = len(full.of("late"))
        until(lambda: len(full.of("late")) >= tries + 2, "the picture is tried again")
        full.card = ""
        assert board.flush(20)

    assert (full.of("a"), full.of("good")) == (list(range(10)), [b"1"])
    assert (board.sent, board.refused, board.dropped) == (12, 0, 0)


def test_a_picture_that_came_while_another_was_sent_is_sent_too(client: ModuleType) -> None:
    with FullBoard() as full, client.Beamcast(full.url) as board:
        full.answering.clear()
        board.image("i", b"1")
        until(lambda: full.of("i"), "it is on its way")
        board.image("i", b"2")
        full.answering.set()
        assert board.flush(20)

    assert (full.of("i"), board.sent, board.refused) == ([b"1", b"2"], 2, 0)


def test_a_program_that_ends_has_sent_all(beamcast: Beamcast, push: Push) -> None:
    program = f"""
from beamcast_client import Beamcast
bc = Beamcast({push.url.removesuffix("/push")!r})
bc.line("a", 1)
"""
    subprocess.run([sys.executable, "-c", program], cwd=CLIENT.parent, check=True, timeout=30)

    until(lambda: "a" in kept(beamcast), "the card is there")


@pytest.fixture
def stream_of(client: ModuleType, board: Any) -> Iterator[Callable[..., Any]]:
    """``stream_of(read, every_s=…)`` returns a DataStream with id ``a``, stopped after the test."""
    made = []

    def make(read: Callable[[], Any], **more: Any) -> Any:
        attributes = {"id": "a", "every_s": 0.01, "read": lambda self: read(), **more}
        made.append(type("Made", (client.DataStream,), attributes)(board))
        return made[-1]

    yield make
    for stream in made:
        stream.stop()


def test_streams_push_what_they_read_and_none_is_nothing(
    beamcast: Beamcast, board: Any, stream_of: Callable[..., Any]
) -> None:
    numbers, texts = iter([1, None, 2, 3]), iter(["one", None, "two"])
    first = stream_of(lambda: next(numbers, None), more={"active_points": 7})
    second = stream_of(lambda: next(texts, None), id="b", type="text", every_s=0.03)

    with first, second:
        until(lambda: (first.failed, board.sent) == (0, 5), "all values are sent")

    until(lambda: kept(beamcast).get("b", {}).get("n") == 2, "they are there")
    card = kept(beamcast)["a"]
    assert (card["type"], card["n"], card["points"]) == ("line", 3, 7)
    assert kept(beamcast)["b"]["type"] == "text"


def test_what_read_raises_is_logged_and_counted_and_the_stream_goes_on(
    beamcast: Beamcast, stream_of: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    turns = iter([lambda: 1 / 0, object, lambda: 5])
    stream = stream_of(lambda: next(turns, lambda: None)())

    with stream:
        until(lambda: kept(beamcast).get("a", {}).get("n") == 1, "the value is there")

    assert stream.failed == 2
    assert "ZeroDivisionError" in caplog.text
    assert "reading 'a' failed; trying again in 0.02 s" in caplog.text
    assert "again in 0.04 s" in caplog.text


def test_a_stream_that_fails_rests_longer_each_time_up_to_a_bound(
    client: ModuleType, stream_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "MAX_READ_RETRY_DELAY_S", 0.08)
    began: list[float] = []

    def read() -> None:
        began.append(time.monotonic())
        raise OSError("no such device")

    start = time.monotonic()
    with stream_of(read) as stream:
        until(lambda: stream.failed >= 20, "it is tried again and again")  # else hours go by

    assert began[3] - start >= 0.02 + 0.04 + 0.08


def test_a_stream_does_not_drift_and_counts_the_turns_that_it_missed(
    stream_of: Callable[..., Any],
) -> None:
    """However long ``read()`` takes, calls begin at multiples of ``every_s``."""
    behind: list[float] = []
    work = threading.Event()

    def read() -> None:
        turn = len(behind) + stream.missed
        behind.append((time.monotonic() - start) / 0.05 - turn)
        work.wait(0.2 if len(behind) == 3 else 0.03)

    stream = stream_of(read, every_s=0.05)
    start = time.monotonic()
    with stream:
        until(lambda: len(behind) > 20, "twenty turns")

    assert stream.missed >= 3
    assert min(behind[-10:]) < 1
    assert min(behind) > -0.001


def test_a_stream_that_hangs_is_left_behind_and_may_begin_anew(
    client: ModuleType, stream_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "TIMEOUT_S", 0.1)
    hang, turns = threading.Event(), []

    def read() -> None:
        turns.append(threading.current_thread())
        hang.wait(60 if len(turns) == 1 else 0)

    stream = stream_of(read).start()
    until(lambda: turns, "it reads")
    stream.stop()
    stream.start()
    until(lambda: len(turns) > 3, "it reads again")
    stream.stop()
    hang.set()
    turns[0].join(20)

    assert not any(thread.is_alive() for thread in turns)
    assert len(set(turns)) == 2


@pytest.mark.parametrize("wrong", [{"id": ""}, {"every_s": 0}, {"every_s": -1.0}])
def test_a_stream_without_a_card_or_a_pace_does_not_start(
    stream_of: Callable[..., Any], wrong: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match="id has to be a text and every_s above 0"):
        stream_of(lambda: 1, **wrong).start()


def test_what_the_board_drops_since_it_comes_too_fast_is_counted(
    client: ModuleType, beamcast: Beamcast
) -> None:
    push = Push(beamcast.redis, "--push-max-per-s", "5")
    beamcast.add(push.process)

    with client.Beamcast(push.url.removesuffix("/push")) as board:
        for number in range(200):
            board.line("a", number)
        assert board.flush(60)

    assert board.sent >= 20
    assert board.sent + board.refused == 200
    assert "more than 5 messages per second" in board.problem
