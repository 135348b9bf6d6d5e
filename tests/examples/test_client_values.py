"""How the client converts values: all meaningful values are accepted, missing values become gaps,
and errors name the argument."""

import array
import datetime
import enum
import json
import logging
import subprocess
import sys
from collections import OrderedDict, deque, namedtuple
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.support.client import CLIENT, load_client
from tests.support.processes import free_port
from tests.support.push_server import PushServer
from tests.support.waiting import until

NAN, INF = float("nan"), float("inf")
UTC = datetime.UTC
NOON = datetime.datetime(2026, 11, 30, 12, 0, 0, 500_000, tzinfo=UTC)
NOON_S = 1796040000.5
Point = namedtuple("Point", "x y")


class Mode(enum.Enum):
    OPEN = "open"


class Level(enum.IntEnum):
    HIGH = 3


class Series:
    """Like a pandas Series: not a list, but with ``tolist``."""

    def __init__(self, *values: Any) -> None:
        self._values = values

    def tolist(self) -> list[Any]:
        return list(self._values)


class Frame:
    """Like a pandas DataFrame: iteration yields the names of the columns."""

    def to_numpy(self) -> Any:
        return np.array([[1, 2], [3, NAN]])

    def __iter__(self) -> Any:
        return iter("ab")


class NAType:
    """Like pandas.NA: neither a number nor a boolean."""

    def __bool__(self) -> bool:
        raise TypeError("boolean value of NA is ambiguous")


@pytest.fixture(scope="module")
def client() -> ModuleType:
    return load_client()


VALUES: list[tuple[Any, Any]] = [
    *((gap, None) for gap in (None, NAN, INF, -INF, np.float64(NAN), np.float32(INF), NAType())),
    *((gap, None) for gap in (np.float16(NAN), Decimal("NaN"), Decimal("sNaN"), Decimal("-inf"))),
    *(
        (gap, None)
        for gap in (10**400, Fraction(10**400), np.datetime64("NaT"), np.longdouble(INF))
    ),
    *((gap, None) for gap in (np.timedelta64("NaT"), np.array(NAN))),
    ([1, NAN, [INF, 2]], [1, None, [None, 2]]),
    ({"a": NAN, "b": {"c": -INF}}, {"a": None, "b": {"c": None}}),
    (np.array([1.5, NAN, INF]), [1.5, None, None]),
    (np.array([[1, 2], [3, 4]], np.int16), [[1, 2], [3, 4]]),
    (np.ma.masked_array([1, 2], [False, True]), [1, None]),
    (np.array([1, NAN, "x"], object), [1, None, "x"]),
    (np.array(3), 3),
    (np.int64(3), 3),
    (np.uint64(2**64 - 1), float(2**64)),
    (2**80, float(2**80)),
    (-(2**63), -float(2**63)),
    (np.float16(1.5), 1.5),
    (np.longdouble(1.5), 1.5),
    (np.array([1.5, NAN], np.longdouble), [1.5, None]),
    (np.array([1.5, NAN], np.float16), [1.5, None]),
    (np.bool_(True), 1),
    (True, 1),
    (np.array([True, False]), [1, 0]),
    (np.str_("x"), "x"),
    (Decimal("1.25"), 1.25),
    (Decimal("20"), 20),
    (Fraction(1, 4), 0.25),
    (NOON, NOON_S),
    (NOON.replace(tzinfo=None), NOON.replace(tzinfo=None).timestamp()),
    (datetime.date(2026, 11, 30), datetime.datetime(2026, 11, 30).timestamp()),
    (datetime.timedelta(minutes=1), 60.0),
    (datetime.time(12, 3), "12:03:00"),
    (np.datetime64("2026-11-30T12:00:00.5"), NOON_S),
    (np.array(["2026-11-30", "NaT"], "M8[ns]"), [1795996800, None]),
    (np.timedelta64(1500, "ms"), 1.5),
    (Path("/a/b"), "/a/b"),
    (Path("/a/\udcff"), "/a/?"),
    ("half \ud800", "half ?"),
    (Mode.OPEN, "open"),
    (Level.HIGH, 3),
    ([{1}, frozenset({2}), (3,), deque([4]), range(2)], [[1], [2], [3], [4], [0, 1]]),
    ((n for n in (1, NAN)), [1, None]),
    (array.array("d", [1, 2]), [1, 2]),
    (Point(1, 2), [1, 2]),
    (OrderedDict(a=1), {"a": 1}),
    ({np.int64(1): 1, Mode.OPEN: 2, None: 3, NAN: 4, (1, 2): 5}, None),
    (Series(1, NAN, np.float32(2), NAType()), [1, None, 2, None]),
    (Frame(), [[1, 2], [3, None]]),
]


@pytest.mark.parametrize(("value", "expected"), VALUES)
def test_a_value_becomes_what_json_has(client: ModuleType, value: Any, expected: Any) -> None:
    found = client.plain(value, numeric=True)

    if isinstance(value, dict) and expected is None:
        expected = {"1": 1, "open": 2, "None": 3, "nan": 4, "(1, 2)": 5}
    assert found == expected
    assert json.loads(json.dumps(found, allow_nan=False)) == expected
    assert type(found) is type(expected) or isinstance(value, enum.IntEnum)


def test_outside_of_numbers_times_are_texts_and_truths_stay(client: ModuleType) -> None:
    value = {"fill": True, "when": NOON, "day": datetime.date(2026, 1, 2)}

    assert client.plain(value) == {
        "fill": True,
        "when": "2026-11-30 12:00:00.500000+00:00",
        "day": "2026-01-02",
    }


def endless() -> list[Any]:
    made: list[Any] = []
    made.append(made)
    return made


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"value": object()}, "value: a object cannot be pushed"),
    ({"value": [1, {"a": 1j}]}, "value: a complex cannot be pushed"),
    ({"value": np.array([1j])}, "value: a complex cannot be pushed"),
    ({"value": b"raw"}, "value: a bytes cannot be pushed"),
    ({"value": len}, "value: a builtin_function_or_method cannot be pushed"),
    ({"value": endless()}, "value: lists or dicts are nested too deeply"),
    ({"value": 1, "label": object()}, "label: a object cannot be pushed"),
    ({"value": Image.new("L", (2, 2))}, "value: a Image cannot be pushed"),
]


@pytest.mark.parametrize(("message", "text"), WRONG)
def test_a_wrong_call_is_a_type_error_that_names_the_argument(
    client: ModuleType, message: dict[str, Any], text: str
) -> None:
    board = client.Beamcast(f"http://127.0.0.1:{free_port()}")

    with pytest.raises(TypeError) as error:
        board.send({"id": "a", "type": "line", **message})

    assert str(error.value).startswith(text)
    assert not board._queue
    board.close()


@pytest.mark.parametrize("message", ["a", 1, None, [("id", 1)]])
def test_a_message_that_is_no_dict_is_a_type_error(client: ModuleType, message: Any) -> None:
    with (
        client.Beamcast(f"http://127.0.0.1:{free_port()}") as board,
        pytest.raises(TypeError, match="allowed is a dict"),
    ):
        board.send(message)


def test_a_board_takes_what_the_client_makes_of_all_this(client: ModuleType, serve: Any) -> None:
    served: PushServer = serve()
    with client.Beamcast(served.url) as board:
        board.line("gap", NAN)
        board.line("label", np.float16(1.5), label=np.int64(3))
        board.line("when", Decimal("1.5"), label=NOON)
        board.line("then", True, time=np.datetime64("2026-11-30T12:00:00.5"))
        board.line("set", {"a": NAN, "b": Fraction(1, 2)}, active_points=np.int64(30))
        board.line(np.int64(7), np.array([1.0, NAN]), legend=(Mode.OPEN, Path("b")))
        board.pie("pie", Series(1, NAN), label=np.array(["a", "b"]))
        board.bar("bars", np.array([1, 2]), label=[NOON, np.datetime64("2026-11-30")])
        board.scatter("dots", NAN, 1)
        board.scatter("dots", np.float32(2), 1)
        board.bubble("bubbles", 1, 2, NAN)
        board.map("place", NAN, 8.2)
        board.text("log", b"bytes\xff")
        board.custom("own", {"type": "line", "data": {"datasets": [{"data": [NAN, np.int8(1)]}]}})
        assert board.flush()

    assert (board.refused, board.problem) == (0, "")
    rows = {name: [list(row) for row in card.rows] for name, card in served.board.cards.items()}
    assert rows["gap"][0][1] is None
    assert rows["label"] == [[3, 1.5]]
    assert rows["when"] == [[NOON_S, 1.5]]
    assert served.board.cards["when"].axis == "time"
    assert rows["then"] == [[NOON_S, 1]]
    assert rows["set"][0][1:] == [None, 0.5]
    assert rows["7"][0][1:] == [1, None]
    assert served.board.cards["7"].series == ["open", "b"]
    assert rows["pie"] == [["a", 1], ["b", None]]
    assert rows["bars"][1] == ["2026-11-30 00:00:00+00:00", 2]
    assert rows["dots"] == [[2, 1, None]]
    assert rows["bubbles"] == [[1, 2, None]]
    assert rows["place"] == []
    assert rows["log"][0][1] == "bytes�"


PICTURES: list[tuple[Any, str, list[int]]] = [
    (np.zeros((2, 3), np.float16), "float32", [2, 3]),
    (np.zeros((2, 3), np.longdouble), "float64", [2, 3]),
    (np.zeros((2, 3), bool), "bool", [2, 3]),
    (np.zeros((2, 3), ">i4"), "int32", [2, 3]),
    (np.zeros((3, 2), np.uint8).T, "uint8", [2, 3]),
    (np.ma.masked_array(np.ones((2, 3), int), np.eye(2, 3)), "float64", [2, 3]),
    (Frame(), "", []),
    ([np.zeros(3), np.ones(3)], "", []),
    (Image.new("1", (3, 2)), "uint8", [2, 3]),
    (Image.new("L", (3, 2)), "uint8", [2, 3]),
    (Image.new("LA", (3, 2)), "uint8", [2, 3]),
    (Image.new("I", (3, 2)), "int32", [2, 3]),
    (Image.new("F", (3, 2)), "float32", [2, 3]),
    (Image.new("I;16", (3, 2)), "uint16", [2, 3]),
    (Image.new("I;16B", (3, 2)), "int32", [2, 3]),
    *((Image.new(mode, (3, 2)), "uint8", [2, 3, 3]) for mode in ("RGB", "RGBA", "P", "CMYK")),
]


@pytest.mark.parametrize(("picture", "dtype", "shape"), PICTURES)
def test_arrays_and_images_become_a_picture(
    client: ModuleType, serve: Any, picture: Any, dtype: str, shape: list[int]
) -> None:
    served: PushServer = serve()
    with client.Beamcast(served.url) as board:
        board.image("i", picture)
        assert board.flush()

    found = client.pixels(picture)
    assert (board.sent, board.problem) == (1, "")
    assert (found[:2] if found else ("", [])) == (dtype, shape)


def test_an_image_keeps_its_pixels(client: ModuleType) -> None:
    colours = np.arange(18, dtype=np.uint8).reshape(2, 3, 3)

    _, _, data = client.pixels(Image.fromarray(colours))

    assert data == colours.tobytes()


def test_a_program_says_once_what_was_not_delivered_when_it_ends() -> None:
    program = f"""
from beamcast_client import Beamcast
bc = Beamcast("http://127.0.0.1:{free_port()}")
for n in range(3):
    bc.line("a", n)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=CLIENT.parent,
        check=True,
        timeout=30,
        capture_output=True,
        text=True,
    )

    assert done.stderr.count("3 messages were not delivered to http://127.0.0.1:") == 1
    assert "Traceback" not in done.stderr


def test_what_is_pushed_after_the_end_is_counted_and_said_once(
    client: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    board = client.Beamcast(f"http://127.0.0.1:{free_port()}")
    board.line("a", 1)
    board.close()
    board.line("a", 2)
    board.line("a", 3)
    board.close()

    assert "1 message was not delivered" in caplog.text
    assert caplog.text.count("not delivered") == 1
    assert board.dropped == 2
    assert caplog.text.count("after close()") == 1


def test_all_delivered_is_not_worth_a_word(
    client: ModuleType, serve: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), client.Beamcast(serve().url) as board:
        board.line("a", 1)

    assert board.sent == 1
    assert "delivered" not in caplog.text


def test_a_password_from_a_file_may_end_with_a_newline(client: ModuleType, serve: Any) -> None:
    served: PushServer = serve("password-1")
    with client.Beamcast(served.url, "password-1\n") as board:
        board.line("a", 1)
        until(lambda: board.sent == 1, "it is taken")

    with pytest.raises(ValueError, match="password has characters"):
        client.Beamcast(served.url, "pass\u2013word")
