"""The Prometheus metrics of a board's ingest: of the board, and of the stream of each image."""

import pytest

from ingest.metrics import BOARD_COUNTERS, COUNTERS, GAUGES, UNDESCRIBED
from tests.support.beamcast import Beamcast
from tests.support.metrics import scrape, value
from tests.support.push import Push
from tests.support.waiting import until


@pytest.fixture
def board(beamcast: Beamcast, port: int) -> Push:
    made = Push(beamcast.redis, "--push-metrics-port", str(port))
    beamcast.add(made.process)
    return made


def test_messages_cards_and_refusals_are_counted(beamcast: Beamcast, board: Push, url: str) -> None:
    beamcast.write_lease("board")
    until(lambda: value(url, "beamcast_ingest_viewers", stream="board") == 1, "somebody watches")
    board.post({"id": "a", "value": 1}, {"id": "b", "value": [1, 2]}, {"id": "b", "valu": 3})

    until(lambda: value(url, "beamcast_ingest_published_total", stream="board") > 0, "it is sent")
    until(lambda: value(url, "beamcast_ingest_history_written_total") > 0, "it is written down")

    metrics = scrape(url)
    names = ("received_total", "refused_total", "cards", "points", "redis_up")
    values = [value(url, f"beamcast_ingest_{name}", stream="board") for name in names]
    assert values == [2, 1, 2, 40, 1]
    assert value(url, "beamcast_ingest_state", stream="board", state="live") == 1
    texts = {name: metric.documentation for name, metric in metrics.items() if "beamcast" in name}
    assert UNDESCRIBED not in texts.values()
    assert {f"beamcast_ingest_{name}_total" for name in BOARD_COUNTERS} <= texts.keys()


def test_each_picture_has_the_metrics_of_a_camera(
    beamcast: Beamcast, board: Push, url: str
) -> None:
    for name in ("one", "two"):
        board.post({"id": name, "type": "image", "value": [[1, 2], [3, 4]]})

    for name in ("board.one", "board.two"):
        received = "beamcast_ingest_received_total"
        until(lambda: value(url, received, stream=name) == 1, f"{name} is counted")  # noqa: B023
    metrics = scrape(url)
    for name in COUNTERS:
        streams = {s.labels["stream"] for s in metrics[f"beamcast_ingest_{name}_total"].samples}
        assert {"board.one", "board.two"} <= streams, name
    assert value(url, "beamcast_ingest_encoders", stream="board.one") == 1
    assert {f"beamcast_ingest_{name}" for name in GAUGES} <= metrics.keys()
    assert "Traceback" not in board.process.output
