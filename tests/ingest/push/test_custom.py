"""Chart.js configurations that are accepted, and those that would block a page."""

from typing import Any

import pytest

from ingest.push.board import Board
from ingest.push.custom import check
from ingest.push.custom_options import GROUPS, javascript
from ingest.push.message import InvalidMessage
from tests.support.processes import ROOT

POINTS = {"data": [1, 2]}


def chart(options: dict[str, Any], **dataset: Any) -> dict[str, Any]:
    return {"type": "line", "data": {"datasets": [POINTS | dataset]}, "options": options}


def scale(**options: Any) -> dict[str, Any]:
    return chart({"scales": {"y": options}})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (scale(ticks={"count": 1e8}), "value.options.scales.y.ticks.count is 100000000.0"),
        (scale(ticks={"maxTicksLimit": 1e9}), "value.options.scales.y.ticks.maxTicksLimit is"),
        (scale(ticks={"stepSize": 0}), "value.options.scales.y.ticks.stepSize is 0"),
        (
            scale(ticks={"callback": "x"}),
            "value.options.scales.y.ticks.callback is not a supported option",
        ),
        (scale(type="time"), 'value.options.scales.y.type is "time"'),
        (scale(min=1e308), "value.options.scales.y.min is 1e+308"),
        (chart({}, pointRadius=1e9), "value.data.datasets[0].pointRadius is 1000000000.0"),
        (chart({}, borderWidth=[1, 1e9]), "value.data.datasets[0].borderWidth is a list"),
        (chart({}, borderDash=[1e-9]), "value.data.datasets[0].borderDash is a list"),
        (
            chart({}, animation={"loop": True}),
            "value.data.datasets[0].animation is not a supported option",
        ),
        (chart({}, data=[{"x": 1, "y": 1, "r": 1e9}]), "value.data.datasets[0].data is a list"),
        (chart({}, data=[[[1]]]), "value.data.datasets[0].data is a list"),
        (chart({}, data=[{"__proto__": 1}]), "value.data.datasets[0].data is a list"),
        (
            chart({"scales": {"__proto__": {}}}),
            "value.options.scales.__proto__ is not a supported option",
        ),
        (chart({"scales": {f"{n}": {} for n in range(33)}}), "value.options.scales has 33"),
        (
            chart({"devicePixelRatio": 1e4}),
            "value.options.devicePixelRatio is not a supported option",
        ),
        (chart({"locale": "x" * 257}), "value.options.locale is"),
        (chart({"scales": {"yAxes": [{}]}}), "value.options.scales.yAxes is a list"),
        ({"type": "line", "data": {"datasets": [POINTS] * 101}}, "value.data.datasets has 101"),
        ({"type": "line", "data": {"datasets": [None]}}, "value.data.datasets contains null"),
        ({"type": "line", "data": {"datasets": [{"data": [1] * 9000}] * 3}}, "value has 27000"),
        ({"type": "line", "data": {"labels": [[1] * 9]}}, "value.data.labels is a list"),
        ({"type": "sunburst"}, 'value.type is "sunburst"'),
        ({"data": {}}, "value.type is missing"),
        ({"type": None}, "value.type is missing"),
    ],
)
def test_an_option_that_would_stop_a_page_is_named(value: dict[str, Any], text: str) -> None:
    with pytest.raises(InvalidMessage) as refused:
        Board().add({"id": "a", "type": "custom", "value": value})

    assert str(refused.value).startswith(text)
    assert refused.value.hint
    assert len(refused.value.hint) < 300


@pytest.mark.parametrize(
    "value",
    [
        {"type": "doughnut", "data": {"labels": ["a", ["b", "c"], 3, None]}},
        chart({"animation": {"duration": 1e9, "loop": True}, "responsive": True}),
        chart({"plugins": {"legend": False, "title": {"text": ["a", "b"], "display": True}}}),
        chart({}, data=[None, "1", 2, [1, 2], {"x": 1, "y": None, "r": 500}], pointRadius=[1, 2]),
        chart({}, data={"a": 1, "b": None}, fill={"target": "origin", "above": "red"}),
        scale(ticks={"stepSize": 1e-12, "format": {"style": "percent"}}, min=0, max=1e9),
        scale(type="logarithmic", title={"display": True, "font": {"size": 20}}),
        {"type": "bar", "data": None, "options": None},
    ],
)
def test_what_charts_need_is_taken(value: dict[str, Any]) -> None:
    check(value)


def test_the_page_has_the_same_list() -> None:
    page = ROOT / "web" / "static" / "js" / "board" / "custom-options.js"

    assert page.read_text() == javascript(), "python -m ingest.push.custom_options prints it"


def test_each_group_is_there_and_used() -> None:
    rules = [one for group in GROUPS.values() for rule in group.values() for one in rule.split("|")]
    used = {rule.split("[")[0][1:] for rule in rules if rule.startswith("@")}

    assert used | {"configuration"} == set(GROUPS)
