"""Each example is run as its first lines say, and its cards come."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.support.beamcast import Beamcast
from tests.support.processes import ROOT
from tests.support.push import Push
from tests.support.waiting import until

EXAMPLES = Path(ROOT, "examples")
PYTHON = sys.executable
CLIENT = {"beamcast_client" + ".py"}


def cards(beamcast: Beamcast) -> dict[str, Any]:
    """The board's cards, as Redis keeps them."""
    kept = beamcast.broker.hgetall("beamcast:board:cards").values()
    return {card["id"]: card for card in map(orjson.loads, kept)}


def run(push: Push, *command: str, stdin: str = "") -> str:
    """Runs an example against this board; what it printed."""
    done = subprocess.run(
        command,
        input=stdin,
        env={**os.environ, "BOARD_URL": push.url.removesuffix("/push")},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize(
    ("example", "types"),
    [
        ("random_walk.py", {"Random walk": "line"}),
        ("stocks.py", {"Stocks": "line", "Last prices": "bar"}),
        ("heatmap.py", {"Waves": "heatmap"}),
        ("numpy_image.py", {"Beam spot": "image"}),
        ("system_load.py", {"Load": "line", "Disk [GB]": "doughnut"}),
    ],
)
def test_an_example_in_python_makes_its_cards(
    beamcast: Beamcast, push: Push, example: str, types: dict[str, str]
) -> None:
    run(push, PYTHON, f"examples/{example}", "2")

    until(lambda: len(cards(beamcast)) == len(types), "the cards are there")
    assert {name: card["type"] for name, card in cards(beamcast).items()} == types


def test_the_text_log_takes_what_it_is_given(beamcast: Beamcast, push: Push) -> None:
    run(push, PYTHON, "examples/text_log.py", stdin="one\n<b>two</b>\n")

    until(lambda: cards(beamcast).get("Log", {}).get("n") == 2, "both lines are there")


def test_curl_pushes_a_message(beamcast: Beamcast, push: Push) -> None:
    told = run(push, "sh", "examples/http.sh", push.url.removesuffix("/push"))

    assert told == '{"accepted": 1}'
    until(lambda: "Beam current" in cards(beamcast), "the card is there")


def test_netcat_pushes_messages(beamcast: Beamcast, push: Push) -> None:
    told = run(push, "sh", "examples/tcp.sh", "127.0.0.1", str(push.tcp_port))

    assert orjson.loads(told) == {"accepted": 3, "refused": 0}
    until(lambda: cards(beamcast).get("Counts", {}).get("n") == 3, "the card is there")


def test_javascript_pushes_a_message(beamcast: Beamcast, push: Push) -> None:
    node = str(Path(PYTHON).with_name("node"))
    told = run(push, node, "examples/push.mjs", push.url.removesuffix("/push"))

    assert told.startswith("200")
    until(lambda: "From JavaScript" in cards(beamcast), "the card is there")


def test_every_example_is_run() -> None:
    text = Path(__file__).read_text()
    files = {path.name for path in EXAMPLES.iterdir() if path.is_file()} - CLIENT

    run_here = {name for name in files if f"/{name}" in text or f'"{name}"' in text}
    assert files - run_here == set()
