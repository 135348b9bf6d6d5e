"""Video cards of a running board, and its image cards after a restart."""

from typing import Any

import requests

from tests.support.beamcast import Beamcast, Worker
from tests.support.push import Push
from tests.support.waiting import until

HALL = {"id": "Hall", "type": "video", "value": "hall"}


def shown(worker: Worker) -> dict[str, Any]:
    """Return the cards as the page gets them."""
    answer = requests.get(f"{worker.url}/api/boards/board", timeout=10).json()
    return {card["id"]: card for card in answer.get("cards", [])}


def restart(push: Push) -> None:
    """Stop the board's process and start it again."""
    push.process.stop()
    before = push.process.output.count("one JSON message per line")
    push.process.start()
    until(lambda: push.process.output.count("one JSON message per line") > before, "it listens")


def test_a_video_card_names_its_stream_also_after_a_restart(beamcast: Beamcast, push: Push) -> None:
    worker = beamcast.worker()
    push.post(HALL).raise_for_status()
    until(lambda: shown(worker).get("Hall", {}).get("stream") == "hall", "the card is there")

    restart(push)

    assert shown(worker)["Hall"]["stream"] == "hall"
    push.post({"id": "Hall", "value": "gate"}).raise_for_status()  # a video still
    until(lambda: shown(worker)["Hall"]["stream"] == "gate", "it shows another")


def test_videos_do_not_count_towards_the_image_limit_of_a_board(
    beamcast: Beamcast, push: Push
) -> None:
    for n in range(20):
        push.post({**HALL, "id": f"video {n}"}).raise_for_status()

    push.post({"id": "cam", "type": "image", "value": [[1]]}).raise_for_status()


def test_a_video_address_is_rejected_and_not_repeated(push: Push) -> None:
    answer = push.post({**HALL, "value": "rtsp://operator:s3cret@camera/1"})

    assert answer.status_code == 400
    assert "python -m ingest --source ADDRESS" in answer.json()["hint"]
    assert "s3cret" not in answer.text + push.process.output


def test_an_image_card_reports_that_no_image_has_arrived_since_the_restart(
    beamcast: Beamcast, push: Push
) -> None:
    push.post({"id": "cam", "type": "image", "value": [[1]]}).raise_for_status()
    until(lambda: beamcast.status("board.cam").get("state") == "live", "its stream lives")
    until(lambda: beamcast.broker.hlen("beamcast:board:cards") == 1, "the card is kept")

    restart(push)

    until(lambda: beamcast.status("board.cam").get("state") == "waiting", "its stream is there")
    assert "since the board was started" in beamcast.status("board.cam")["message"]
    push.post({"id": "cam", "value": [[2]]}).raise_for_status()
    until(lambda: beamcast.status("board.cam").get("state") == "live", "it continues")
