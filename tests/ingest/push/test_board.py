"""Messages change the rows and the description of a card; refused messages change nothing."""

from typing import Any, get_args

import pytest

from ingest.push import board as boards
from ingest.push.board import Board
from ingest.push.message import Dtype, InvalidMessage
from shared.envelope import TYPES


def push(board: Board, *messages: dict[str, Any]) -> None:
    for message in messages:
        board.add(message)


def rows(board: Board, name: str) -> list[list[Any]]:
    return [list(row) for row in board.cards[name].rows]


def without_x(board: Board, name: str) -> list[list[Any]]:
    return [row[1:] for row in rows(board, name)]


def test_a_number_is_a_point_of_the_only_series_at_the_time_of_its_arrival() -> None:
    board = Board()

    push(board, {"id": "a", "value": 1}, {"id": "a", "value": 2.5}, {"id": "a", "value": None})

    assert without_x(board, "a") == [[1], [2.5], [None]]
    assert board.cards["a"].describe() | {"points": 20} == {
        "id": "a",
        "type": "line",
        "v": 1,
        "place": 0,
        "points": 20,
        "series": ["1"],
        "axis": "time",
    }


def test_series_have_names_and_may_come_later() -> None:
    board = Board()

    push(board, {"id": "a", "value": {"x": 1}}, {"id": "a", "value": {"y": 2}})

    assert board.cards["a"].series == ["x", "y"]
    assert without_x(board, "a") == [[1], [None, 2]]


def test_a_list_is_a_value_for_each_series_which_the_legend_names() -> None:
    board = Board()

    push(board, {"id": "a", "value": [1, 2], "legend": ["x", "y"]}, {"id": "a", "value": [3, 4]})

    assert board.cards["a"].series == ["x", "y"]
    assert without_x(board, "a") == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("where", "axis", "x"),
    [
        ({"label": "Mon"}, "label", "Mon"),
        ({"label": 7}, "number", 7),
        ({"time": 1.5e9}, "time", 1.5e9),
        ({"time": 7}, "number", 7),
        ({"time": "12:03"}, "label", "12:03"),
        ({"label": "Mon", "time": 1.5e9}, "label", "Mon"),
    ],
)
def test_a_point_is_where_its_label_or_time_says(
    where: dict[str, Any], axis: str, x: object
) -> None:
    board = Board()

    push(board, {"id": "a", "value": 1, **where})

    assert rows(board, "a") == [[x, 1]]
    assert board.cards["a"].axis == axis


def test_a_list_of_labels_makes_the_whole_chart() -> None:
    board = Board()

    for values in ([1, 2, 3], [4, 5]):
        push(
            board,
            {"id": "a", "type": "bar", "value": values, "label": ["p", "q", "r"][: len(values)]},
        )

    assert rows(board, "a") == [["p", 4], ["q", 5]]
    assert board.cards["a"].count == 5


@pytest.mark.parametrize("kind", ["pie", "doughnut", "radar", "polarArea"])
def test_shares_are_replaced_by_the_next_ones(kind: str) -> None:
    board = Board()

    push(board, {"id": "a", "type": kind, "value": {"p": 1, "q": 2}})
    push(board, {"id": "a", "value": [3, 4], "label": ["p", "q"]})

    assert rows(board, "a") == [["p", 3], ["q", 4]]


def test_dots_places_and_texts_are_appended() -> None:
    board = Board()

    push(board, {"id": "d", "type": "bubble", "value": {"x": 1, "y": 2, "r": 3}})
    push(board, {"id": "d", "value": [{"x": 4, "y": 5}]})
    push(board, {"id": "m", "type": "map", "value": {"lat": 47.5, "lon": 8.2, "name": "PSI"}})
    push(board, {"id": "t", "type": "text", "value": "one\n<b>two</b>", "time": "now"})

    assert rows(board, "d") == [[1, 2, 3], [4, 5, None]]
    assert rows(board, "m") == [[47.5, 8.2, "PSI"]]
    assert rows(board, "t") == [["now", "one"], ["now", "<b>two</b>"]]


def test_a_card_keeps_its_active_points_and_the_newest_of_them() -> None:
    board = Board()

    push(board, *[{"id": "a", "value": n, "active_points": 3} for n in range(9)])
    assert without_x(board, "a") == [[6], [7], [8]]
    push(board, {"id": "a", "value": 9, "active_points": 2})

    assert without_x(board, "a") == [[8], [9]]
    assert board.cards["a"].count == 10


def test_a_card_of_another_type_takes_the_place_of_the_one_before() -> None:
    board = Board()

    push(board, {"id": "a", "value": 1}, {"id": "b", "value": 1})
    push(board, {"id": "a", "type": "text", "value": "now words"})

    card = board.cards["a"]
    assert (card.type, card.place, card.count) == ("text", 0, 2)
    assert [row[1] for row in card.rows] == ["now words"]


BAD: list[tuple[Any, str]] = [
    ([1], "a message has to be a JSON object"),
    ({"value": 1}, "id: Field required"),
    ({"id": "", "value": 1}, "id: "),
    ({"id": "a\n", "value": 1}, "id: "),
    ({"id": "a" * 129, "value": 1}, "id: "),
    ({"id": True, "value": 1}, "id: "),
    ({"id": "a"}, "value: Field required"),
    ({"id": "a", "value": "1"}, "value: "),
    ({"id": "a", "value": True}, "value: "),
    ({"id": "a", "value": []}, "value: "),
    ({"id": "a", "value": [[1]]}, "value: "),
    ({"id": "a", "value": 1, "activ_points": 3}, "activ_points: Extra inputs are not permitted"),
    ({"id": "a", "value": 1, "active_points": 0}, "active_points: "),
    ({"id": "a", "value": 1, "active_points": 10**9}, "active_points: "),
    ({"id": "a", "value": 1, "width": 10**9}, "width: "),
    ({"id": "a", "value": 1, "backgroundColor": "red;}"}, "backgroundColor: "),
    ({"id": "a", "value": 1, "borderColor": ["url(x)"]}, "borderColor: "),
    ({"id": "a", "value": 1, "type": "lne"}, "unknown type 'lne'"),
    ({"id": "a", "value": 1, "type": ["line"]}, "type "),
    ({"id": "a", "value": 1, "label": ["x", "y"]}, "label is a list of 2, but value is not"),
    ({"id": "a", "value": [1, 2, 3], "label": ["x"]}, "label is a list of 1"),
    ({"id": "a", "value": list(range(33))}, "value is a list of 33"),
    ({"id": "a", "value": {f"{n}": n for n in range(33)}}, "value: "),
    ({"id": "a", "type": "pie", "value": {}}, "value: "),
    ({"id": "a", "type": "pie", "value": [1, 2], "label": ["x"]}, "value has 2 numbers, label 1"),
    ({"id": "a", "type": "scatter", "value": {"x": 1}}, "value: Field required"),
    ({"id": "a", "type": "map", "value": {"lat": 91, "lon": 0}}, "value: "),
    ({"id": "a", "type": "text", "value": "x" * 20_000}, "value: "),
    ({"id": "a", "type": "custom", "value": [1]}, "value: "),
    ({"id": "a", "type": "custom", "value": {"x": 1}}, "value.x is not a supported option"),
    ({"id": "a", "value": 1e308}, "value: Input should be less than or equal to 1e300"),
    ({"id": "a", "value": [1, -1e301]}, "value: "),
    ({"id": "a", "value": {"x": 1e301}}, "value: "),
    ({"id": "a", "value": 1, "label": 1e301}, "label: "),
    ({"id": "a", "type": "scatter", "value": {"x": 1e301, "y": 1}}, "value: "),
    ({"id": "a", "type": "heatmap", "value": [[1e301]]}, "value: "),
    ({"id": "a", "value": 1, "time": 5e9}, "time: 5000000000 is not in the years 1990 to 2100"),
    ({"id": "a", "type": "text", "value": "x", "time": 5e9}, "time: 5000000000 is not in"),
    ({"id": "a", "type": "pie", "value": {"x": 1, "y": -2}}, "value of 'y' is -2"),
    ({"id": "a", "type": "doughnut", "value": [-1], "label": ["x"]}, "value of 'x' is -1"),
    ({"id": "a", "type": "polarArea", "value": [None, -1e-9]}, "value of '2' is -1e-09"),
    ({"id": "a", "type": "custom", "value": {"x": "y" * 300_000}}, "value has 300008 bytes"),
]


@pytest.mark.parametrize(("message", "text"), BAD)
def test_what_is_wrong_is_named_and_nothing_changes(message: Any, text: str) -> None:
    board = Board()

    with pytest.raises(InvalidMessage) as refused:
        board.add(message)

    assert str(refused.value).startswith(text)
    assert refused.value.hint
    assert len(str(refused.value)) < 500
    assert board.cards == {}


def test_a_refused_message_leaves_its_card_as_it_was() -> None:
    board = Board()
    push(board, {"id": "a", "value": {f"{n}": n for n in range(32)}})
    before = board.cards["a"].describe()

    with pytest.raises(InvalidMessage, match="too many series"):
        board.add({"id": "a", "value": {"one": 1}, "name": "other"})

    assert board.cards["a"].describe() == before
    assert board.cards["a"].count == 1


def test_a_board_has_so_many_cards_and_points_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "MAX_CARDS", 2)
    monkeypatch.setattr(boards, "MAX_POINTS", 50)
    board = Board()
    push(board, {"id": "a", "value": 1}, {"id": "b", "value": 1})

    with pytest.raises(InvalidMessage, match="the board already has 2 cards"):
        board.add({"id": "c", "value": 1})
    with pytest.raises(
        InvalidMessage, match="31 points are too many: all cards together may show 50"
    ):
        board.add({"id": "a", "value": 1, "active_points": 31})
    push(board, {"id": "a", "value": 1, "active_points": 30})


def test_a_reader_gets_what_is_new_and_a_description_when_it_changed() -> None:
    board = Board()
    cursor = board.cursor()
    push(board, {"id": "a", "value": 1}, {"id": "b", "value": 2}, {"id": "a", "value": 3})

    first = cursor.take(100)
    assert [(c.id, c.total, len(c.rows), bool(c.description)) for c in first] == [
        ("a", 2, 2, True),
        ("b", 1, 1, True),
    ]
    assert cursor.take(100) == []
    push(board, {"id": "a", "value": 4})
    (change,) = cursor.take(100)
    assert (change.id, change.total, [row[1] for row in change.rows]) == ("a", 3, [4])
    assert change.description is None


def test_a_reader_that_is_slow_gets_no_more_than_the_card_shows() -> None:
    board = Board()
    cursor = board.cursor()

    push(board, *[{"id": "a", "value": n} for n in range(1000)])

    (change,) = cursor.take(100)
    assert (change.total, len(change.rows)) == (1000, 20)


def test_who_takes_little_at_a_time_gets_the_card_that_waits_longest_first() -> None:
    board = Board()
    cursor = board.cursor()
    push(board, {"id": "a", "value": 1}, {"id": "b", "value": 1}, {"id": "c", "value": 1})

    (first,) = cursor.take(1)
    push(board, {"id": "a", "value": 2})

    assert first.id == "a"
    assert [change.id for change in cursor.take(100)] == ["b", "c", "a"]


def test_a_picture_may_have_every_type_that_an_array_of_ours_may() -> None:
    assert set(get_args(Dtype)) == TYPES
