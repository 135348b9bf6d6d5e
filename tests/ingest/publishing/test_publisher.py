"""Connections over which frames go to Redis."""

from ingest.publishing.publisher import Publisher
from shared.broker import connect
from tests.support.processes import RedisServer


def test_those_that_have_ended_keep_no_other_from_being_made(redis_server: RedisServer) -> None:
    broker = connect(redis_server.url)

    for number in range(150):
        Publisher(broker, lambda: True).set("key", str(number))

    assert broker.get("key") == b"149"
