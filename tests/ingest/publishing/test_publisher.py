"""The connections that carry frames to Redis."""

from ingest.publishing.publisher import Publisher
from shared.broker import connect
from tests.support.processes import RedisServer


def test_connections_of_discarded_publishers_do_not_count_against_the_limit(
    redis_server: RedisServer,
) -> None:
    broker = connect(redis_server.url)

    for number in range(150):
        Publisher(broker, lambda: True).set("key", str(number))

    assert broker.get("key") == b"149"
