"""What the status page shows of a stream."""

import re
from typing import Any

import pytest

from ingest.sources.base import STATES
from tests.support.processes import ROOT
from web.routes.status_rows import (
    NO_VALUE,
    Row,
    count_ingests,
    format_age,
    format_count,
    format_duration,
    format_rate,
    make_row,
    sort_rows,
)

TEXTS = (ROOT / "web/static/js/stream/state-messages.js").read_text()
BADGE = re.compile(r'^  (\w+): \(.*\) =>\s+text\(\s*\["([^"]+)", "(\w+)"', re.MULTILINE)
LIVE = {"stream": "camera", "state": "live", "host": "acq1", "pid": 77, "fps_in": 25.0}


def row(now: float | None = None, reported: float | None = None, **status: Any) -> Row:
    return make_row({**LIVE, **status}, {}, now, reported)


def test_a_state_has_the_badge_that_the_page_of_a_picture_has() -> None:
    of_page = {
        state: "Not live" if tone == "bad" else badge
        for state, badge, tone in BADGE.findall(TEXTS.split("const VIDEO_TEXTS")[0])
    }
    of_page["closed"] = "Closed"  # a page that shows the stream opens it

    states = [*STATES, "no_ingest", "broker_lost"]

    assert {state: row(state=state).word for state in states} == {
        state: of_page[state] for state in states
    }
    assert row(state="of_tomorrow").word == of_page["unknown"]


@pytest.mark.parametrize(
    ("state", "message", "level"),
    [
        ("live", "", "fine"),
        ("closed", "It is open only while somebody watches.", "fine"),
        ("live", "The image cannot be shown.", "look"),
        ("waiting", "No message has arrived.", "look"),
        ("of_tomorrow", "", "look"),
        ("silent", "The messages stopped.", "act"),
        ("no_ingest", "No ingest is running.", "act"),
    ],
)
def test_a_stream_that_is_not_as_it_should_be_needs_someone(
    state: str, message: str, level: str
) -> None:
    found = row(state=state, message=message)

    assert found.level == level
    assert found.cause == ("" if level == "fine" else message)


def test_the_cause_is_the_first_sentence_of_the_message_and_the_cure_the_rest() -> None:
    message = "Nothing answers at tcp://cam1.hall.ch:9000. Is the stream running? Is it right?"
    found = row(state="connecting", message=message)
    assert found.cause == "Nothing answers at tcp://cam1.hall.ch:9000."
    assert found.cure == "Is the stream running? Is it right?"


def test_losses_are_added_and_unknown_without_an_ingest() -> None:
    found = row(missed=1200, pulses_lost=4, withheld=0, skipped=99)
    assert found.losses == {"missed": 1200, "pulses_lost": 4}
    assert found.lost == 1204
    assert row(state="no_ingest", host=None).lost is None


def test_the_age_of_a_board_is_the_time_since_a_card_changed() -> None:
    assert row(kind="board", changed=1000.0, now=1003.5).age_s == 3.5
    assert row(kind="board", changed=0.0, now=1003.5).age_s is None
    assert row(kind="board", changed=1009.0, now=1003.5).age_s == 0


def test_the_age_of_a_stream_that_is_not_live_goes_on_after_its_last_status() -> None:
    assert row(age=0.04, t=1000.0, now=1000.9).age_s == 0.04
    assert row(state="silent", age=6.5, t=1000.0, now=1000.5).age_s == 7
    assert row(state="waiting", age="", t=1000.0, now=1000.5).age_s is None


def test_the_age_without_an_ingest_is_the_time_since_there_was_one() -> None:
    assert row(state="no_ingest", now=1060.0, reported=1000.0).age_s == 60
    assert row(state="no_ingest", now=None, reported=1000.0).age_s is None


def test_the_time_of_running_is_that_of_the_ingest() -> None:
    assert row(started=1000.0, t=1060.0).running_s == 60
    assert row(started="NaN", t=1060.0).running_s is None


def test_a_status_of_any_content_has_a_row() -> None:
    fields = ("state", "message", "source", "fps_in", "pulse_id", "viewers", "errors", "t", "cards")
    for value in (None, "<script>", [1], {"a": 1}, True, float("nan"), 10**400):
        found = make_row({"stream": "evil", **dict.fromkeys(fields, value)}, {}, 1.0)
        assert found.fps_in is None
        assert sort_rows([found]) == [found]


def test_what_needs_someone_is_first_and_then_the_names_with_their_numbers() -> None:
    rows = [
        row(stream=name, state=state, message="x" * (state != "live"))
        for name, state in [("cam10", "live"), ("b", "waiting"), ("cam2", "live"), ("z", "lost")]
    ]
    assert [one.stream for one in sort_rows(rows)] == ["z", "b", "cam2", "cam10"]


def test_an_ingest_that_publishes_many_streams_counts_once() -> None:
    statuses = [
        {"host": "acq1", "pid": 1},
        {"host": "acq1", "pid": 1},
        {"host": "acq1", "pid": 2},
        {"host": "acq2", "pid": 1},
        {"state": "no_ingest"},
    ]
    assert count_ingests(statuses) == (3, 2)


def test_numbers_are_formatted_as_on_the_page_of_a_picture() -> None:
    assert [format_count(n) for n in (None, 0, 999)] == [NO_VALUE, "0", "999"]
    assert format_count(1234567) == "1\u202f234\u202f567"
    assert [format_rate(n) for n in (None, 0, 0.1, 24.96)] == [NO_VALUE, "0.0", "0.10", "25.0"]
    assert [format_age(n) for n in (None, 0.149, 6.5, 59)] == [NO_VALUE, "0.14 s", "6.50 s", "59 s"]
    assert [format_duration(n) for n in (119, 120, 7300, 3e5)] == ["119 s", "2 min", "2 h", "3 d"]
