"""docs/push.md describes all messages and limits correctly."""

import json
import os
import re
import shlex
import subprocess
import sys
from typing import Any

import pytest

from ingest.push import (
    board,
    card_types,
    custom_options,
    image_data,
    image_streams,
    limits,
    message,
)
from ingest.push.board import Board
from tests.support.beamcast import Beamcast
from tests.support.processes import ROOT
from tests.support.push import Push
from tests.support.waiting import until

README = (ROOT / "README.md").read_text()
PUSH = (ROOT / "docs" / "push.md").read_text()


def first_column(heading: str) -> set[str]:
    """Return the names in the first column of the first table with this heading."""
    table = PUSH.split(f"| {heading} |", 1)[1].split("\n\n", 1)[0]
    rows = re.findall(r"^\| (`.*?) \|", table, re.M)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def test_the_schema_is_that_of_the_code() -> None:
    assert json.loads((ROOT / "docs" / "push.schema.json").read_text()) == message.schema()


def test_every_type_is_described_and_no_other() -> None:
    assert first_column("`type` | `value`") == set(card_types.CARD_TYPES)


def test_every_field_is_described_and_no_other() -> None:
    fields = {name for kind in message.MESSAGES for name in kind.model_fields}

    assert first_column("field") == fields


def test_the_limits_are_those_of_the_code() -> None:
    for limit in (
        *(board.MAX_CARDS, board.MAX_POINTS, message.MAX_SERIES, message.MAX_CARD_POINTS),
        *(
            image_streams.MAX_IMAGES,
            image_data.MAX_PIXELS,
            image_streams.MAX_IMAGES_BYTES,
            board.MAX_BYTES,
        ),
        *(custom_options.MAX_DATASETS, custom_options.MAX_CUSTOM_POINTS, message.MAX_VALUES),
        *(limits.MAX_CONNECTIONS, limits.MAX_CONNECTIONS_PER_ADDRESS),
    ):
        assert re.search(rf"\b{limit}\b", PUSH)


def test_every_example_is_named() -> None:
    files = {path.name for path in (ROOT / "examples").iterdir() if path.is_file()}

    assert first_column("[examples](../examples)") == files - {"beamcast_client" + ".py"}


EXAMPLES: list[dict[str, Any]] = [
    {"id": "line", "value": 401.2},
    {"id": "two", "value": [1, 2], "legend": ["a", "b"], "borderColor": ["red", "#0af"]},
    {"id": "named", "value": {"ring": 401.2, "linac": None}, "active_points": 500, "fill": True},
    {"id": "bar", "type": "bar", "value": 3, "label": "Monday", "backgroundColor": "navy"},
    {"id": "bars", "type": "horizontalBar", "value": [1, 2], "label": ["a", "b"], "width": 300},
    {"id": "pie", "type": "pie", "value": {"a": 1, "b": 2}, "name": "A pie"},
    {"id": "doughnut", "type": "doughnut", "value": [1, 2], "label": ["a", "b"], "height": 200},
    {"id": "radar", "type": "radar", "value": {"x": 1, "y": 2, "z": 3}},
    {"id": "polar", "type": "polarArea", "value": {"x": 1, "y": 2}},
    {"id": "bubble", "type": "bubble", "value": {"x": 1, "y": 2, "r": 10}},
    {"id": "scatter", "type": "scatter", "value": [{"x": 1, "y": 2}, {"x": 2, "y": 1}]},
    {"id": "custom", "type": "custom", "value": {"type": "line", "data": {"datasets": []}}},
    {"id": "text", "type": "text", "value": "a line", "time": "12:00"},
    {"id": "image", "type": "image", "value": [[1, 2]], "dtype": None, "shape": None},
    {"id": "heat", "type": "heatmap", "value": [[1, 2], [3, None]]},
    {"id": "hall", "type": "video", "value": "hall"},
    {"id": "map", "type": "map", "value": {"lat": 47.54, "lon": 8.22, "name": "PSI"}},
]
"""every type, and every field"""


def test_each_type_and_field_is_taken() -> None:
    whole = Board()
    for each in EXAMPLES:
        whole.add({**each, "api_crypt": "x"})

    assert {card.type for card in whole.cards.values()} == set(card_types.CARD_TYPES)
    assert {name for each in EXAMPLES for name in each} | {"api_crypt"} == first_column("field")


@pytest.mark.parametrize("start", ["curl ", "echo "])
def test_the_one_liners_push(beamcast: Beamcast, start: str) -> None:
    push = Push(beamcast.redis)
    beamcast.add(push.process)
    line, *_ = (code for code in re.findall(r"`([^`\n]+)`", PUSH) if code.startswith(start))
    line = line.replace("\\|", "|").replace("8800", str(push.port))
    line = line.replace("8801", str(push.tcp_port))

    done = subprocess.run(
        ["sh", "-c", line], capture_output=True, text=True, timeout=30, check=True
    )

    assert json.loads(done.stdout)["accepted"] == 1
    assert shlex.split(line)


def test_the_lines_of_the_readme_push(beamcast: Beamcast) -> None:
    push = Push(beamcast.redis)
    beamcast.add(push.process)
    (program,) = re.findall(r"```python\n(from beamcast_client .*?)```", README, re.S)

    environ = {**os.environ, "BOARD_URL": push.url.removesuffix("/push")}
    where = ROOT / "examples"
    subprocess.run([sys.executable, "-c", program], env=environ, cwd=where, timeout=30, check=True)

    def cards() -> set[bytes]:
        return set(beamcast.broker.hkeys("beamcast:board:cards"))

    until(lambda: cards() == {b"Beam current", b"Response", b"Log"}, "the cards are there")
