"""Every limit is reported to the client, counted, and does not affect other clients."""

import contextlib
import time

import pytest
import requests
import socketio.exceptions

from tests.support.beamcast import Beamcast
from tests.support.camera import Camera
from tests.support.metrics import value
from tests.support.mjpeg_reader import MjpegReader
from tests.support.raw_viewer import RawViewer, pump
from tests.support.viewer import Viewer
from tests.support.waiting import until
from web.routes.socket_events import MAX_REGIONS_PER_ADDRESS

POLL = "/socket.io/?EIO=4&transport=polling"


@pytest.mark.parametrize(
    ("limit", "words"),
    [("--max-viewers", "2 viewers"), ("--max-viewers-per-address", "your address (2 of 2")],
)
def test_a_viewer_beyond_the_limit_is_rejected_until_another_disconnects(
    beamcast: Beamcast, async_mode: str, limit: str, words: str
) -> None:
    worker = beamcast.worker(limit, "2")
    first, second = beamcast.viewer(worker), beamcast.viewer(worker)

    answer = requests.get(worker.url + POLL, timeout=20)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert words in answer.json()["error"]
    assert answer.json()["hint"]
    assert value(worker.url, "beamcast_web_refused_total", kind="full") == 1
    for transports in (["websocket"], ["polling"]):
        with pytest.raises(socketio.exceptions.ConnectionError):
            Viewer(worker.url, transports=transports)
    assert first.client.connected

    second.close()

    until(lambda: requests.get(worker.url + POLL, timeout=20).ok, "another viewer is admitted")


def test_mjpeg_readers_count_as_viewers(beamcast: Beamcast) -> None:
    with Camera() as camera:
        beamcast.ingest(camera.address)
        worker = beamcast.worker("--max-viewers-per-address", "1")
        reader = MjpegReader(worker)
        reader.read_until(lambda: reader.image_count() > 1)

        full = requests.get(f"{worker.url}/api/streams/camera/frame.jpg", timeout=20)
        assert full.status_code == 429
        elsewhere = {"X-Forwarded-For": "10.0.0.7"}
        assert requests.get(f"{worker.url}/api/me", headers=elsewhere, timeout=20).ok

        reader.close()
        address = f"{worker.url}/api/streams/camera/frame.jpg"
        until(lambda: requests.get(address, timeout=20).ok, "another viewer is admitted")


def test_regions_from_one_address_are_limited_without_blocking_images(
    beamcast: Beamcast,
) -> None:
    with Camera() as camera:
        beamcast.ingest(camera.address)
        worker = beamcast.worker()
        many = [RawViewer(worker.port) for _ in range(MAX_REGIONS_PER_ADDRESS)]
        pump(many, lambda: all(viewer.connected for viewer in many), "connected")
        for number, viewer in enumerate(many):
            region = f"precise:{number},9,{number + 1},10"
            viewer.emit("watch", {"stream": "camera", "rendition": region})
        everyone = str(MAX_REGIONS_PER_ADDRESS).encode()
        until(lambda: beamcast.broker.get("beamcast:camera:viewers:precise") == everyone, "all")

        one_more = beamcast.viewer(worker)
        refused = one_more.watch(rendition="precise:0,0,1,1")
        elsewhere = beamcast.viewer(worker, headers={"X-Forwarded-For": "10.0.0.7"})

        assert str(MAX_REGIONS_PER_ADDRESS) in refused["error"]
        assert refused["hint"]
        assert "error" not in one_more.watch(rendition="precise:7,9,8,10"), "others have it"
        assert "error" not in elsewhere.watch(rendition="precise:0,0,1,1")
        for size in ("full", "half", "quarter"):
            assert one_more.watch(rendition=size)["rendition"] == size
            until(
                lambda s=size: any(f.header["rendition"] == s for f in one_more.frames),
                f"{size} comes",
            )
        changed = many[0].call("watch", {"stream": "camera", "rendition": "precise:0,0,1,1"})
        assert "error" not in changed, "in the place of its own"
        for viewer in many:
            viewer.close()


def test_a_client_that_sends_too_often_is_warned_and_one_that_floods_is_disconnected(
    beamcast: Beamcast, async_mode: str
) -> None:
    worker = beamcast.worker("--max-events-per-s", "5")
    rude, bystander = RawViewer(worker.port), beamcast.viewer(worker)
    pump([rude], lambda: rude.connected, "connected")
    refused = 0
    for _ in range(40):  # beyond the stock of 20, within patience
        refused += "too many messages" in rude.call("unwatch", {"stream": "camera"}).get(
            "error", ""
        )
    assert 0 < refused < 40

    with contextlib.suppress(OSError):
        for _ in range(200):
            rude.emit("nonsense", {})
            rude.emit("drawn", {})
        pump([rude], lambda: rude.closed, "it is disconnected")

    assert value(worker.url, "beamcast_web_refused_total", kind="events") >= refused
    assert bystander.call("unwatch") == {}
    assert bystander.connects == 1
    assert "Traceback" not in worker.process.output


@pytest.mark.parametrize("rest", ["", "X-Header: "])
def test_a_request_that_never_ends_is_disconnected(beamcast: Beamcast, rest: str) -> None:
    import socket

    worker = beamcast.worker("--request-seconds", "2")
    with socket.create_connection(("127.0.0.1", worker.port), timeout=60) as connection:
        connection.sendall(f"GET / HTTP/1.1\r\nHost: localhost\r\n{rest}".encode())
        for _ in range(300):
            try:
                connection.sendall(b"X")  # so that no single wait is long
                connection.settimeout(0.1)
                if connection.recv(100) == b"":
                    return
            except TimeoutError:
                continue
            except OSError:
                return
            time.sleep(0)
    pytest.fail("it was never disconnected")
