"""Status and schema are read from Redis, whatever programs have written there."""

import json

import pytest

from tests.support.fake_broker import FakeBroker
from web.fanout.messages import Event
from web.streams import read_all, read_schema, read_status

DEEP = "[" * 500 + "]" * 500
"""JSON that can be decoded but, being so deep, not encoded again"""


@pytest.fixture
def broker() -> FakeBroker:
    return FakeBroker()


@pytest.mark.parametrize("field", ["errors", "fps_in", "anything"])
def test_a_status_field_too_deep_to_be_sent_is_sent_as_text(broker: FakeBroker, field: str) -> None:
    broker.hset("beamcast:camera:status", mapping={"state": "live", field: DEEP})

    status = read_status(broker, "camera")

    assert status[field] == DEEP
    assert Event("status", status).packed()
    assert json.dumps(status)


@pytest.mark.parametrize("pulse_id", ["9007199254740993", "-9223372036854775807"])
def test_an_integer_that_browsers_would_round_is_sent_as_text(
    broker: FakeBroker, pulse_id: str
) -> None:
    status = {"state": "live", "pulse_id": pulse_id, "received": 2**53}
    broker.hset("beamcast:camera:status", mapping=status)

    decoded = read_status(broker, "camera")

    assert (decoded["pulse_id"], decoded["received"]) == (pulse_id, 2**53)


def test_a_schema_too_deep_to_be_sent_is_ignored(broker: FakeBroker) -> None:
    broker.set("beamcast:camera:schema", f'{{"hash": "h", "channels": {DEEP}}}')

    assert read_schema(broker, "camera") is None


def test_a_stream_has_its_own_name_whatever_its_status_says(broker: FakeBroker) -> None:
    broker.hset("beamcast:camera:status", mapping={"state": "live", "stream": "other"})

    assert read_status(broker, "camera")["stream"] == "camera"


def test_a_board_without_ingest_is_still_a_board(broker: FakeBroker) -> None:
    broker.hset("beamcast:sls:cards", "a", '{"id": "a", "type": "line"}')

    status = read_status(broker, "sls")

    assert (status["kind"], status["state"]) == ("board", "no_ingest")
    assert "python -m ingest.push --board sls" in status["message"]


def test_only_streams_of_image_cards_have_the_mode_push_without_ingest(
    broker: FakeBroker,
) -> None:
    """A camera may have a similar name, and a video card may show another stream."""
    cards = {
        "cam1": {"id": "cam1", "type": "image", "stream": "sls.cam1"},
        "hall": {"id": "hall", "type": "video", "stream": "hall"},
        "line": {"id": "line", "type": "line"},
    }
    broker.hset("beamcast:sls:cards", mapping={k: json.dumps(v) for k, v in cards.items()})
    broker.hset("beamcast:sls:cards", "odd", "no JSON")
    broker.zadd("beamcast:streams", dict.fromkeys(["sls", "sls.cam1", "sls.cam2", "hall"], 1))

    modes = {status["stream"]: status.get("mode") for status in read_all(broker)}

    assert modes == {"sls": None, "sls.cam1": "push", "sls.cam2": None, "hall": None}
