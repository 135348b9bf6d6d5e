"""Charts of a board: for any numbers and times each point is inside its plot, and no card blocks
the page."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from shared.redis_keys import RedisKeys
from tests.browser.board import COUNT_COLOURS, WAIT_MS, Board, card, wait_for_rows
from tests.browser.picture_page import OpenPage
from tests.support.waiting import until

T = 1_795_990_000
"""2026-11-29, 23:06:40 in Zurich"""
DAY = 86_400
RECORD_DRAWING = """
    const { arc } = Path2D.prototype;
    Path2D.prototype.arc = function (x, y, ...more) {
        (this.arcs ??= []).push([x, y]);
        arc.call(this, x, y, ...more);
    };
    const { fill, fillText, clearRect } = CanvasRenderingContext2D.prototype;
    Object.assign(CanvasRenderingContext2D.prototype, {
        fill(path, ...more) {
            path?.arcs && (this.canvas.arcs ??= []).push(...path.arcs);
            path ? fill.call(this, path, ...more) : fill.call(this);
        },
        fillText(text, ...more) {
            (this.canvas.texts ??= []).push(text);
            window.onText?.(text);
            fillText.call(this, text, ...more);
        },
        clearRect(...more) {
            this.canvas.arcs = [];
            this.canvas.texts = [];
            clearRect.call(this, ...more);
        },
    });
"""
"""An init script that records the points and texts drawn on a canvas since it was cleared."""
DRAWN = """id => {
    const canvas = document.querySelector(`[data-id="${id}"] canvas`);
    if (!canvas) return { points: [] };
    const chart = window.Chart?.getChart(canvas);
    if (chart) {
        const { left, right, top, bottom } = chart.chartArea;
        const sets = chart.data.datasets.map(({ data }, index) =>
            chart.getDatasetMeta(index).data.filter((_, at) => data[at] !== null));
        const points = sets.flat().map((one) => one.getProps(["x", "y"], true));
        const axes = Object.values(chart.scales).map(({ ticks }) => ticks.map((one) => one.label));
        return { points: points.map(({ x, y }) => [x, y]), area: [left, top, right, bottom], axes };
    }
    const all = canvas.getBoundingClientRect();
    const { left, top, right, bottom } =
        canvas.parentElement.querySelector(".u-over").getBoundingClientRect();
    const area = [left - all.left, top - all.top, right - all.left, bottom - all.top];
    return { points: canvas.arcs ?? [], area, axes: [canvas.texts ?? []] };
}"""
"""the pixels of the points and of the plot area, and the texts of the axes"""


def points(name: str, values: list[Any], **more: Any) -> list[dict[str, Any]]:
    """Return a message for each value, with the item of each list in ``more`` at the same index."""
    return [
        {"id": name, "value": value}
        | {key: each[number] if isinstance(each, list) else each for key, each in more.items()}
        for number, value in enumerate(values)
    ]


def at(*seconds: float) -> list[float]:
    return [T + second for second in seconds]


CASES: dict[str, tuple[list[dict[str, Any]], int]] = {
    name: (points(name, values, **more), count)
    for name, values, more, count in [
        ("equal times", [0, 1, 2, 3, 4], {"time": at(0, 10, 10, 10, 10)}, 5),
        ("equal first times", [9, 1, -2, 4], {"time": at(0, 0, 0, 10)}, 4),
        ("one POST", [5, 1, 4, 2, 3], {}, 5),
        ("late", [1, 2, 3, 4], {"time": at(0, 10, 5, 20)}, 4),
        ("milliseconds", [1, 2, 3], {"time": [1000 * t for t in at(0, 1, 2)]}, 3),
        ("nearly equal", [1e15, 1e15 + 0.125], {"time": at(0, 1)}, 2),
        ("nearly equal x", [1, 2], {"label": [1e15, 1e15 + 0.125]}, 2),
        ("huge", [1e300, -1e300, 0], {"time": at(0, 1, 2)}, 3),
        ("tiny", [1e-320, 3e-310, 0], {"time": at(0, 1, 2)}, 3),
        ("days", [1, 2, 3, 4], {"time": at(0, 2.5 * DAY, 3 * DAY, 6 * DAY)}, 4),
        ("mixed", [1, 2, 3], {"label": ["a", "b", None]}, 3),
        ("gaps", [1, None, 2, None], {"time": at(0, 1, 2, 3)}, 2),
        ("bars", [-3, 0, None, 7], {"type": "bar", "time": at(0, DAY, 3 * DAY, 2 * DAY)}, 3),
        ("bar zeros", [0, 0], {"type": "bar", "label": ["a", "b"]}, 2),
        ("lying", [-3e8, 2, 7e8], {"type": "horizontalBar", "label": ["a", "b", "c"]}, 3),
        ("scatter", [[{"x": 1e15, "y": 5}, {"x": 1e15 + 0.125, "y": 5}]], {"type": "scatter"}, 2),
        ("bubble", [[{"x": 0, "y": -1e300}, {"x": 0, "y": 1e300}]], {"type": "bubble"}, 2),
        ("radar", [{"a": 3, "b": -2, "c": 0}], {"type": "radar"}, 3),
        ("radar zeros", [{"a": 0, "b": 0, "c": 0}], {"type": "radar"}, 3),
        ("polar", [{"a": 0, "b": 0}], {"type": "polarArea"}, 2),
    ]
}
"""the messages of each card, and how many points they make"""


def drawn(page: Page, name: str, count: int) -> Any:
    """Return what a card has drawn once it has ``count`` points."""
    description = f"{name} has {count} points"
    until(lambda: len(page.evaluate(DRAWN, name)["points"]) == count, description)
    return page.evaluate(DRAWN, name)


def test_every_point_lies_inside_its_plot_and_the_ticks_differ(
    board: Board, open_page: OpenPage
) -> None:
    for messages, _ in CASES.values():
        board.push(*messages)
    page = board.open(
        open_page, script=RECORD_DRAWING, width=1600, height=2400, timezone_id="Europe/Zurich"
    )

    for name, (messages, count) in CASES.items():
        wait_for_rows(page, name, max(len(messages), count if len(messages) == 1 else 0))
        found = drawn(page, name, count)
        left, top, right, bottom = found["area"]
        for x, y in found["points"]:
            assert left - 0.5 <= x <= right + 0.5, (name, found)
            assert top - 0.5 <= y <= bottom + 0.5, (name, found)
        for texts in found["axes"]:
            assert len(set(texts)) == len(texts) > 0, (name, texts)
    (days,) = drawn(page, "days", 4)["axes"]
    assert [text for text in days if " " in text] == ["30 Nov", "2 Dec", "4 Dec"]
    board.push({"id": "days", "value": 900, "time": T + 40 * DAY})
    (later,) = drawn(page, "days", 5)["axes"]
    assert {"14 Dec", "28 Dec", "500"} <= set(later)
    labels, _ = drawn(page, "bars", 3)["axes"]
    assert len(labels) >= 2
    assert all(re.fullmatch(r"\d+ (Nov|Dec) 23:06:40", label) for label in labels)


def history(board: Board, name: str, kind: str, rows: list[Any]) -> None:
    """Write a card into Redis, as an ingest of another version might have written it."""
    broker = board.beamcast.broker
    state = {"id": name, "type": kind, "v": 0, "place": 9, "points": 20, "series": [], "axis": ""}
    state |= {"n": len(rows), "t": float(T), "width": 500}
    broker.hset(RedisKeys().cards(board.name), name, json.dumps(state))
    broker.rpush(RedisKeys().card(board.name, name), json.dumps({"n": len(rows), "rows": rows}))


def test_a_stored_card_that_would_block_the_page_shows_the_error_and_affects_no_other(
    board: Board, open_page: OpenPage
) -> None:
    board.push({"id": "good", "value": 1})
    until(lambda: board.beamcast.broker.hlen(RedisKeys().cards(board.name)) == 1, "it is stored")
    endless = {"scales": {"y": {"ticks": {"count": 1e8}}}}
    value = {"type": "line", "data": {"datasets": [{"data": [1]}]}, "options": endless}
    history(board, "endless", "custom", [[value]])
    history(board, "negative", "pie", [["a", 3], ["b", -2]])
    history(board, "broken", "map", [[None, 1, "x"], [47.5, 8.2, {"a": 1}]])
    history(board, "huge", "line", [[T, 1e308], [T + 1, -1e308], [T + 2, 5]])

    page = board.open(open_page, script=RECORD_DRAWING, width=1600, height=1600)

    message = card(page, "endless").locator(".cannot")
    expect(message).to_contain_text("ticks.count is 100000000, which", timeout=WAIT_MS)
    expect(card(page, "negative").locator(".cannot")).to_contain_text("“b” is −2")
    drawn(page, "huge", 1)
    board.push({"id": "good", "value": 2})
    wait_for_rows(page, "good", 2)


SLOW = """
    window.slow = true;
    window.onText = (text) => {
        const end = performance.now() + 1100;
        while (window.slow && text === "slow" && performance.now() < end);
        if (text === "throws") throw new Error("raised by the test");
    };
"""


def test_a_card_whose_drawing_is_slow_or_fails_is_stopped_and_affects_no_other(
    board: Board, open_page: OpenPage
) -> None:
    board.push({"id": "a", "value": 1, "label": "slow"}, {"id": "good", "value": 1})
    board.push({"id": "m", "type": "map", "value": {"lat": 1, "lon": 1, "name": "throws"}})
    page = board.open(open_page, script=RECORD_DRAWING + SLOW)
    drawn(page, "a", 1)
    message = card(page, "a").locator(".cannot")
    expect(card(page, "m").locator(".cannot")).to_have_text(
        "This card could not be drawn: raised by the test", timeout=WAIT_MS
    )

    board.push({"id": "a", "value": 2, "label": "slow"}, {"id": "good", "value": 2})

    expect(message).to_contain_text(
        re.compile(r"takes \d\.\d s, so it is no longer drawn automatically")
    )
    wait_for_rows(page, "good", 2)
    board.push({"id": "a", "value": 3, "label": "slow"}, {"id": "m", "value": {"lat": 2, "lon": 2}})
    wait_for_rows(page, "a", 3)
    expect(message).to_be_visible()
    page.evaluate("slow = false")
    message.get_by_role("button", name="Draw again").click()
    drawn(page, "a", 3)
    until(lambda: card(page, "a").locator("canvas").evaluate(COUNT_COLOURS) > 2, "it is drawn")


@pytest.mark.parametrize(
    "value",
    [
        {"type": "bar", "options": {"locale": "!"}},
        {"type": "bar", "options": {"scales": {"y": {"ticks": {"format": {"style": "currency"}}}}}},
    ],
    ids=["locale", "format"],
)
def test_a_configuration_that_chart_js_rejects_is_reported_and_the_next_is_drawn(
    every_card: Board, open_page: OpenPage, value: dict[str, Any]
) -> None:
    data = {"labels": ["a", "b"], "datasets": [{"data": [1, 0]}]}
    every_card.push({"id": "custom", "type": "custom", "value": {**value, "data": data}})
    page = every_card.open(open_page, width=1600, height=2400)
    message = card(page, "custom").locator(".cannot")
    expect(message).to_contain_text("Chart.js cannot draw this: ", timeout=WAIT_MS)
    expect(card(page, "map")).to_have_attribute("data-end", "1", timeout=WAIT_MS)

    log = {"scales": {"y": {"type": "logarithmic"}}}
    every_card.push({"id": "custom", "value": {"type": "bar", "data": data, "options": log}})

    expect(message).to_be_hidden(timeout=WAIT_MS)
    until(lambda: card(page, "custom").locator("canvas").evaluate(COUNT_COLOURS) > 8, "it is drawn")
    expect(card(page, "custom").locator(".note")).to_have_text(
        "1 value of 0 or less is not shown: the axis is logarithmic"
    )
