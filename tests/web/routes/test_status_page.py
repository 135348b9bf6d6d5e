"""The page ``/status`` as the server writes it."""

import re
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shared.broker_clock import BrokerClock
from tests.support.fake_broker import FakeBroker
from web.broker_health import BrokerHealth
from web.routes.pages import install_page_hooks
from web.routes.status_page import status_page

NOW = 1_796_000_000.0
LIVE = {"state": "live", "host": "acq1", "pid": 7, "t": NOW, "started": NOW - 7200, "age": 0.04}


@pytest.fixture
def broker() -> FakeBroker:
    return FakeBroker()


@pytest.fixture
def visitor(broker: FakeBroker) -> FlaskClient:
    """Return a client of the page of a worker that knows Redis' clock, and has a contact."""
    app, clock = Flask("web"), BrokerClock()
    clock.observe(NOW, time.monotonic())
    app.register_blueprint(status_page(broker, BrokerHealth(broker, clock, "w"), clock, "w:1:2"))
    app.context_processor(lambda: {"contact": "the control room, 4711"})
    install_page_hooks(app)
    return app.test_client()


def add(broker: FakeBroker, stream: str, **status: str | float) -> None:
    """Write what an ingest of a stream writes; nothing: it has none any more."""
    broker.zadd(broker.names.streams, {stream: NOW - 90})
    if status:
        broker.hset(broker.names.status(stream), mapping=status)


def rows(page: str) -> dict[str, str]:
    """Return the rows of each stream, in their order."""
    parts = re.split(r"<tbody data-stream=\"([^\"]*)\"", page.partition("</table>")[0])[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_what_needs_someone_is_first(broker: FakeBroker, visitor: FlaskClient) -> None:
    add(broker, "cam10", **LIVE)
    add(broker, "cam2", **LIVE)
    add(broker, "waits", **LIVE | {"state": "waiting", "message": "No message has arrived."})
    add(broker, "gone")

    page = visitor.get("/status").text

    assert list(rows(page)) == ["gone", "waits", "cam2", "cam10"]
    assert "<title>2 not live · Status" in page


def test_a_row_that_needs_someone_says_cause_and_cure_and_whom_to_call(
    broker: FakeBroker, visitor: FlaskClient
) -> None:
    message = "Connected to tcp://cam1:9000, but the messages stopped. Has it been stopped?"
    add(broker, "stopped", **LIVE | {"state": "silent", "message": message, "age": 6.5})
    add(broker, "fine", **LIVE)

    found = rows(visitor.get("/status").text)

    assert "<b>Connected to tcp://cam1:9000, but the messages stopped.</b>" in found["stopped"]
    assert "Has it been stopped?</p>" in found["stopped"]
    assert "<p>If it lasts, call the control room, 4711.</p>" in found["stopped"]
    assert "6.5" in found["stopped"]
    assert 'class="why"' not in found["fine"]
    assert "0.04 s" in found["fine"]
    assert ">2 h<" in found["fine"]


def test_the_age_without_an_ingest_is_the_time_since_its_last_status(
    broker: FakeBroker, visitor: FlaskClient
) -> None:
    add(broker, "gone")
    assert re.search(r">9\d s<", rows(visitor.get("/status").text)["gone"])


def test_workers_and_ingests_are_counted(broker: FakeBroker, visitor: FlaskClient) -> None:
    add(broker, "a", **LIVE)
    add(broker, "b", **LIVE | {"host": "acq2"})
    add(broker, "c", **LIVE | {"pid": 8})
    broker.hset(broker.names.leases(""), mapping={"w:1:2": f"1 {NOW + 4}", "w:3:4": f"1 {NOW + 4}"})
    broker.hset(broker.names.leases("a"), mapping={"w:1:2/half": f"2 {NOW + 4}"})

    page = visitor.get("/status").text

    assert "<p>2 <small>up, 2 viewers</small>" in page
    assert "<p>3 <small>on 2 hosts</small>" in page
    assert '<span class="holder">w:1:2: 2</span>' in rows(page)["a"]


@pytest.mark.parametrize(
    ("more", "summary"),
    [
        ({"message": ""}, 'data-is="live">All fine<'),
        ({"message": "The image cannot be shown."}, 'data-is="look">1 to look at<'),
        ({"state": "lost", "message": "It broke."}, 'data-is="act">1 not live<'),
        ({"state": "closed", "message": "Nobody watches."}, 'data-is="live">All fine<'),
    ],
)
def test_the_header_says_whether_all_is_fine(
    broker: FakeBroker, visitor: FlaskClient, more: dict[str, str], summary: str
) -> None:
    add(broker, "a", **LIVE | more)
    assert summary in visitor.get("/status").text


def test_without_streams_the_page_says_how_to_start_one(visitor: FlaskClient) -> None:
    page = visitor.get("/status").text
    assert "No streams yet" in page
    assert rows(page) == {}


def test_texts_of_any_program_are_escaped(broker: FakeBroker, visitor: FlaskClient) -> None:
    script = "<script>alert(1)</script>"
    fields = ("state", "message", "source", "host", "pid", "fps_in", "pulse_id", "last_error", "t")
    add(broker, "evil", **dict.fromkeys(fields, script))
    broker.hset(broker.names.status("evil"), "errors", '{"<script>": "<script>"}')
    broker.hset(broker.names.leases("evil"), "'\"><script>", "1 99999999999")

    page = visitor.get("/status").text

    assert "<script>" not in page.partition("</head>")[2]
    assert "&lt;script&gt;alert(1)" in page
