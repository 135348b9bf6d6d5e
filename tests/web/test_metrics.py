"""The metrics of a real worker about its viewers, frames and delays."""

import contextlib
import re
import socket
from collections.abc import Iterator

import pytest
import requests
from flask import Flask
from prometheus_client import REGISTRY

from shared.broker import connect
from shared.broker_clock import BrokerClock
from tests.support.beamcast import Beamcast, Worker
from tests.support.camera import Camera
from tests.support.metrics import scrape, value
from tests.support.processes import free_port
from tests.support.waiting import until
from web.broker_health import BrokerHealth
from web.routes.pages import install_page_hooks, pages


@pytest.fixture
def worker(beamcast: Beamcast) -> Iterator[Worker]:
    """Start a worker with a camera's stream."""
    with Camera() as camera:
        beamcast.ingest(camera.address)
        yield beamcast.worker()


@contextlib.contextmanager
def motion(worker: Worker) -> Iterator[None]:
    """Read ``stream.mjpg``."""
    url = f"{worker.url}/api/streams/camera/stream.mjpg"
    with requests.get(url, stream=True, timeout=20) as answer:
        pieces = answer.iter_content(1024)  # which closes the connection when it is forgotten
        next(pieces)
        yield


def test_viewers_are_counted_by_stream_and_way_until_they_leave(
    beamcast: Beamcast, worker: Worker
) -> None:
    viewers = [beamcast.viewer(worker) for _ in range(3)]
    for viewer, rendition in zip(viewers, ("full", "full", "half"), strict=True):
        viewer.watch(rendition=rendition)
    name = "beamcast_web_watching"

    with motion(worker):
        assert value(worker.url, name, stream="camera", way="socket") == 3
        assert value(worker.url, name, stream="camera", way="http") == 1
        assert value(worker.url, "beamcast_web_relays", stream="camera") == 2
        assert value(worker.url, "beamcast_web_viewers") == 3

    viewers[2].call("unwatch")
    until(lambda: value(worker.url, name) == 2, "two are left")
    assert value(worker.url, "beamcast_web_relays") == 1


def test_deliveries_are_counted_with_their_bytes(beamcast: Beamcast, worker: Worker) -> None:
    viewer = beamcast.viewer(worker)
    viewer.watch()
    viewer.wait_for(3)
    viewer.call("unwatch")
    counted = "beamcast_web_delivered_total"
    with motion(worker):
        until(lambda: value(worker.url, counted, way="http") >= 1, "an image for an <img>")

    least = 3 * min(len(frame.body) for frame in viewer.frames)
    for way, count, length in (("socket", 3, least), ("http", 1, least / 3)):
        assert value(worker.url, counted, way=way) >= count
        assert value(worker.url, "beamcast_web_delivered_bytes_total", way=way) > length


def test_the_delays_of_each_frame_are_observed(beamcast: Beamcast, worker: Worker) -> None:
    viewer = beamcast.viewer(worker)
    viewer.watch()
    viewer.wait_for(3)
    viewer.call("unwatch")

    received = value(worker.url, "beamcast_web_frames_received_total", stream="camera")
    for name in ("age", "transit"):
        count = value(worker.url, f"beamcast_web_{name}_seconds_count", stream="camera")
        assert received == count >= 3
    age, transit = (value(worker.url, f"beamcast_web_{n}_seconds_sum") for n in ("age", "transit"))
    assert 0 < transit < age


def test_connections_are_counted_and_their_ends_by_reason(
    beamcast: Beamcast, worker: Worker
) -> None:
    polite, cut = beamcast.viewer(worker, transports=["polling"]), beamcast.viewer(worker)
    ended = "beamcast_web_disconnects_total"
    assert value(worker.url, "beamcast_web_connects_total") == 2
    assert value(worker.url, ended) == 0

    polite.client.disconnect()
    until(
        lambda: value(worker.url, ended, reason="client disconnect") == 1,
        "one disconnected politely",
    )
    cut.client.eio.ws.sock.shutdown(socket.SHUT_RDWR)
    until(
        lambda: value(worker.url, ended, reason="transport close") == 1, "one lost its connection"
    )
    until(lambda: value(worker.url, "beamcast_web_connects_total") == 3, "it reconnects")

    reasons = {sample.labels["reason"] for sample in scrape(worker.url)[ended].samples}
    assert reasons == {
        *("client disconnect", "server disconnect", "ping timeout"),
        *("transport close", "transport error"),
    }


def test_refused_requests_are_counted_by_code(worker: Worker) -> None:
    for path in ("streams/nobody", "streams/no%20name", "streams/camera/frame.jpg?rendition=x"):
        requests.get(f"{worker.url}/api/{path}", timeout=10)

    assert value(worker.url, "beamcast_web_refused_total", kind="api_404") == 1
    assert value(worker.url, "beamcast_web_refused_total", kind="api_400") == 2


def test_counters_are_exported_from_the_start(worker: Worker) -> None:
    metrics = scrape(worker.url)
    for name in ("delivered", "dropped", "refused", "faults", "disconnects", "connects"):
        samples = metrics[f"beamcast_web_{name}_total"].samples
        assert samples
        assert not any(sample.value for sample in samples), name


def test_no_metric_has_a_creation_time(worker: Worker) -> None:
    assert not [name for name in scrape(worker.url) if name.endswith("_created")]


def test_an_error_in_a_page_is_a_fault() -> None:
    app = Flask("web")
    broker = connect(f"redis://127.0.0.1:{free_port()}/0")
    app.register_blueprint(pages(broker, BrokerHealth(broker, BrokerClock(), "test"), "camera"))
    install_page_hooks(app)
    app.add_url_rule("/broken", view_func=lambda: 1 / 0)
    faults = "beamcast_web_faults_total", {"part": "pages"}
    before = REGISTRY.get_sample_value(*faults)

    answer = app.test_client().get("/broken")

    assert answer.status_code == 500
    assert REGISTRY.get_sample_value(*faults) == before + 1


def test_a_json_log_has_the_workers_name_and_the_stream(beamcast: Beamcast) -> None:
    worker = beamcast.worker("--log-format", "json")
    viewer = beamcast.viewer(worker)
    viewer.watch()
    beamcast.broker.publish("beamcast:camera:frames", b"\xff\xff\xff\xffno frame")

    line = until(lambda: re.search(r".*is not a frame.*", worker.process.output), "the warning")[0]

    assert '"stream":"camera"' in line
    assert re.search(rf'"worker":"[^:"]+:{worker.port}:{worker.process.pid}"', line)
    assert all(line.startswith('{"time":"2') for line in worker.process.output.splitlines())
