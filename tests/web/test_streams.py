"""What Redis holds of the streams is shown, whoever wrote it."""

import json

import fakeredis
import pytest

from web.event import Event
from web.streams import read_schema, read_status

DEEP = "[" * 500 + "]" * 500
"""JSON that can be read and, so deep, not written again"""


@pytest.fixture
def broker() -> fakeredis.FakeRedis:
    return fakeredis.FakeRedis()


@pytest.mark.parametrize("field", ["errors", "fps_in", "anything"])
def test_a_status_too_deep_to_be_told_is_told_as_text(
    broker: fakeredis.FakeRedis, field: str
) -> None:
    broker.hset("beamcast:camera:status", mapping={"state": "live", field: DEEP})

    status = read_status(broker, "camera")

    assert status[field] == DEEP
    assert Event("status", status).packed()
    assert json.dumps(status)


def test_a_schema_too_deep_to_be_told_is_none(broker: fakeredis.FakeRedis) -> None:
    broker.set("beamcast:camera:schema", f'{{"hash": "h", "channels": {DEEP}}}')

    assert read_schema(broker, "camera") is None


def test_a_stream_has_its_own_name_whatever_its_status_says(broker: fakeredis.FakeRedis) -> None:
    broker.hset("beamcast:camera:status", mapping={"state": "live", "stream": "other"})

    assert read_status(broker, "camera")["stream"] == "camera"
