"""Messages as documented for the older chart server are accepted unchanged, over HTTP, TCP and the
Python client."""

import json
import socket
from typing import Any

import pytest
import requests

from ingest.push.board import Board
from ingest.push.card_types import CARD_TYPES
from ingest.push.message import InvalidMessage
from tests.support.client import load_client
from tests.support.push_server import PushServer, Serve
from tests.support.waiting import until

EXAMPLE = (
    '{"id":1337,"value":[1,1],"type":"line","active_points":20,"label":"Label",'
    '"legend":["one","two"],"name":"Example","borderColor":["#3e95cd","#e8c3b9"],'
    '"backgroundColor":["#3e95cd","#e8c3b9"],"api_crypt":"password-1"}'
)
MESSAGE = json.loads(EXAMPLE)
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
CONFIGURATION = {"type": "line", "data": {"labels": ["a"], "datasets": [{"data": [1]}]}}
VALUES: dict[str, Any] = {
    **{kind: [1, 1] for kind in ("line", "bar", "horizontalBar")},
    **{kind: [1, 1] for kind in ("pie", "doughnut", "radar", "polarArea")},
    "bubble": {"x": 1, "y": 1, "r": 1},
    "scatter": {"x": 1, "y": 1},
    "custom": CONFIGURATION,
    "heatmap": [[1, 1], [1, 1]],
    "image": PNG,
    "text": "a line",
    "video_stream": "hall",
    "map": {"lat": 47.5, "lon": 8.2},
}
"""every type, in the document's spelling, and a value"""


@pytest.fixture
def served(serve: Serve) -> PushServer:
    return serve("password-1")


def shown(board: Board) -> dict[str, Any]:
    """Return the only card of a board."""
    (card,) = board.cards.values()
    return {**card.describe(), "rows": [list(row) for row in card.rows]}


EXPECTED = {
    "id": "1337",
    "type": "line",
    "points": 20,
    "series": ["one", "two"],
    "axis": "label",
    "name": "Example",
    "borderColor": ["#3e95cd", "#e8c3b9"],
    "rows": [["Label", 1, 1]],
}


def test_the_example_is_taken_over_http(served: PushServer) -> None:
    answer = requests.post(f"{served.url}/push", EXAMPLE, timeout=10)

    assert (answer.status_code, answer.json()) == (200, {"accepted": 1})
    assert shown(served.board).items() >= EXPECTED.items()


def test_the_example_is_taken_over_tcp(served: PushServer) -> None:
    with served.tcp() as connection:
        connection.sendall(EXAMPLE.encode() + b"\n")
        connection.shutdown(socket.SHUT_WR)
        answer = connection.makefile("rb").read()

    assert json.loads(answer) == {"accepted": 1, "refused": 0}
    assert shown(served.board).items() >= EXPECTED.items()


def test_the_example_is_taken_by_the_python_client(served: PushServer) -> None:
    with load_client().Beamcast(served.url) as board:
        board.send(MESSAGE)
        assert board.flush()

    assert (board.sent, board.refused, board.problem) == (1, 0, "")
    assert shown(served.board).items() >= EXPECTED.items()


def test_whole_charts_of_an_integer_id_replace_each_other_and_nothing_else(serve: Serve) -> None:
    """The client numbers queued messages; an integer id must not be mistaken for such a number."""
    served = serve()
    with load_client().Beamcast(served.url) as board:
        for number in range(1, 6):
            board.line(number, number)
        for number in range(1, 6):
            board.pie(number, {"a": number})
        board.pie("1", {"a": 9})
        assert board.flush()

    assert board.sent in (10, 11)  # the first pie of card 1 may have waited still
    assert board.refused == 0
    until(lambda: len(served.board.cards) == 5, "five cards")
    assert {card.type for card in served.board.cards.values()} == {"pie"}
    assert [list(row) for row in served.board.cards["1"].rows] == [["a", 9]]


@pytest.mark.parametrize("kind", VALUES)
def test_the_example_is_taken_with_every_type_of_the_document(kind: str) -> None:
    board = Board()

    board.add({**MESSAGE, "type": kind, "value": VALUES[kind]})

    assert shown(board)["type"] == {"video_stream": "video"}.get(kind, kind)


@pytest.mark.parametrize(
    ("spelling", "kind"),
    [
        *((kind, kind) for kind in CARD_TYPES),
        ("horizontal_bar", "horizontalBar"),
        ("horizontal bar", "horizontalBar"),
        ("horizontalbar", "horizontalBar"),
        ("polar_area", "polarArea"),
        ("Polar area", "polarArea"),
        ("polar-area", "polarArea"),
        ("heat map", "heatmap"),
        ("Line", "line"),
        ("video_stream", "video"),
        ("video stream", "video"),
        ("videoStream", "video"),
    ],
)
def test_a_type_has_the_spellings_that_mean_nothing_else(spelling: str, kind: str) -> None:
    board = Board()
    values = {**VALUES, "video": "hall"}

    board.add({"id": 1, "type": spelling, "value": values[kind]})
    board.add({"id": 1, "value": values[kind]})

    assert (board.cards["1"].type, board.cards["1"].place) == (kind, 0)


@pytest.mark.parametrize("wrong", ["", "lne", "horizontal", "vido", "-", "line,bar", "_" * 10_000])
def test_no_other_spelling_is_guessed(wrong: str) -> None:
    board = Board()
    board.add({"id": "a", "type": "video", "value": "hall"})

    if not wrong:
        board.add({"id": "a", "type": wrong, "value": "gate"})
    else:
        with pytest.raises(InvalidMessage, match="type "):
            board.add({"id": "a", "type": wrong, "value": "gate"})

    assert board.cards["a"].type == "video"


@pytest.mark.parametrize("number", [1337, 0, -5, 2**63])
def test_an_integer_id_is_the_same_as_its_text(number: int) -> None:
    board = Board()

    board.add({"id": number, "value": 1})
    board.add({"id": str(number), "value": 2})

    assert board.cards.keys() == {str(number)}
    assert board.cards[str(number)].count == 2


@pytest.mark.parametrize("wrong", [True, False, None, 1.5, 1337.0, [1], {"id": 1}])
def test_an_id_that_is_neither_a_text_nor_an_integer_is_refused(wrong: Any) -> None:
    board = Board()

    with pytest.raises(InvalidMessage, match="id: "):
        board.add({"id": wrong, "value": 1})

    assert board.cards == {}


@pytest.mark.parametrize("kind", ["video", "video_stream"])
def test_an_address_as_the_value_of_a_video_is_refused_and_how_it_is_opened_is_said(
    kind: str,
) -> None:
    board = Board()

    with pytest.raises(InvalidMessage, match="value is not a valid stream name") as refused:
        board.add({**MESSAGE, "type": kind, "value": "rtsp://operator:s3cret@camera/1"})

    assert "python -m ingest --source ADDRESS --stream NAME" in refused.value.hint
    assert "s3cret" not in str(refused.value) + refused.value.hint
