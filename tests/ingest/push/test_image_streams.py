"""The streams of images that were on a board before it was started."""

from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry

from ingest.metrics import IngestMetrics
from ingest.push import image_streams
from ingest.push.board import Board, Card
from ingest.push.card_types import CARD_TYPES
from ingest.push.image_streams import ImageStreams
from ingest.push.message import InvalidMessage
from shared.broker import connect
from tests.support.processes import RedisServer
from tests.support.waiting import until


@pytest.fixture
def images(redis_server: RedisServer) -> Iterator[ImageStreams]:
    made = ImageStreams(
        connect(redis_server.url_of("ingest")), "board", IngestMetrics(CollectorRegistry()), 25
    )
    yield made
    made.end()


def before(*names: str, kind: str = "image") -> list[Card]:
    """Return cards of an earlier process; each changed later than the one before it."""
    cards = [Card(name, kind, CARD_TYPES[kind], n, 1) for n, name in enumerate(names)]
    for n, card in enumerate(cards):
        card.t = 1000.0 + n
    return cards


def state(server: RedisServer, stream: str) -> str:
    return (server.broker.hget(f"beamcast:{stream}:status", "state") or b"").decode()


def test_a_picture_of_before_has_a_stream_that_waits_for_the_next(
    redis_server: RedisServer, images: ImageStreams
) -> None:
    board = Board(images)

    board.restore([*before("cam"), *before("line", kind="line"), *before("hall", kind="video")])

    until(lambda: state(redis_server, "board.cam") == "waiting", "its stream is there")
    message = redis_server.broker.hget("beamcast:board.cam:status", "message")
    assert message == b"Nothing has been pushed since the board was started."
    assert redis_server.broker.zrange("beamcast:streams", 0, -1) == [b"board.cam"]
    board.add({"id": "cam", "value": [[1]]})
    until(lambda: state(redis_server, "board.cam") == "live", "it continues with the next")


def test_of_too_many_pictures_those_that_changed_last_have_streams(
    redis_server: RedisServer, images: ImageStreams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_streams, "MAX_IMAGES", 2)
    board = Board(images)

    board.restore(before("oldest", "a", "b"))

    for name in "ab":
        until(lambda name=name: state(redis_server, f"board.{name}") == "waiting", "it is there")
    with pytest.raises(InvalidMessage, match="the board already has 2 images"):
        board.add({"id": "oldest", "value": [[1]]})
    board.add({"id": "b", "value": [[1]]})


def test_a_picture_of_before_whose_streams_name_is_anothers_by_now_is_refused_once(
    redis_server: RedisServer, images: ImageStreams
) -> None:
    owner = "beamcast:board.cam:owner"
    redis_server.broker.set(owner, "somebody else", px=2000)
    board = Board(images)
    board.restore(before("cam"))

    def refused() -> str:
        redis_server.broker.set(owner, "somebody else", px=2000)
        try:
            board.add({"id": "cam", "value": [[1]]})
        except InvalidMessage as error:
            return str(error)
        return ""

    assert "somebody else" in until(refused, "it is refused")
    redis_server.broker.delete(owner)

    def is_live() -> bool:
        board.add({"id": "cam", "value": [[1]]})
        return state(redis_server, "board.cam") == "live"

    until(is_live, "the name is free again")
