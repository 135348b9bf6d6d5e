"""The metrics of a real ingest: all counters of its status, undisturbed by any client."""

import socket
import struct

import requests
from prometheus_client.metrics_core import Metric

from ingest.metrics import COUNTERS, ERROR_KINDS, UNDESCRIBED, serve
from ingest.sources.base import STATES
from tests.support.beamcast import Beamcast
from tests.support.camera import Camera, RawSource
from tests.support.metrics import scrape, value
from tests.support.processes import free_port, python
from tests.support.waiting import until


def labels(metric: Metric, label: str) -> set[str]:
    return {sample.labels[label] for sample in metric.samples}


def test_every_counter_of_the_status_is_exported(beamcast: Beamcast, port: int, url: str) -> None:
    with Camera() as camera:
        ingest = beamcast.ingest(camera.address, "--metrics-port", str(port))
        beamcast.write_lease()
        until(lambda: value(url, "beamcast_ingest_published_total") > 3, "frames are published")
    until(lambda: beamcast.status()["state"] != "live", "the camera is lost")
    received = value(url, "beamcast_ingest_received_total", stream="camera")
    until(
        lambda: float(beamcast.status()["received"]) == received, "the status has the same number"
    )

    metrics, status = scrape(url), beamcast.status()

    for name in COUNTERS:
        (sample,) = metrics[f"beamcast_ingest_{name}_total"].samples
        assert (sample.value, sample.labels) == (float(status[name]), {"stream": "camera"}), name
    texts = [metric.documentation for name, metric in metrics.items() if "beamcast" in name]
    assert UNDESCRIBED not in texts, "a counter without a help text"
    assert labels(metrics["beamcast_ingest_errors_total"], "kind") == set(ERROR_KINDS)
    for name in ("age", "encode"):
        count = value(url, f"beamcast_ingest_{name}_seconds_count")
        assert count >= value(url, "beamcast_ingest_published_total")
        assert value(url, f"beamcast_ingest_{name}_seconds_sum") > 0
    assert value(url, "beamcast_ingest_encoders") >= 1
    assert ingest.returncode is None


def test_the_state_the_gate_and_redis_are_exported(beamcast: Beamcast, port: int, url: str) -> None:
    with Camera() as camera:
        beamcast.ingest(camera.address, "--metrics-port", str(port))
        until(lambda: value(url, "beamcast_ingest_state", state="live") == 1, "it is live")
        assert labels(scrape(url)["beamcast_ingest_state"], "state") == set(STATES)
        assert value(url, "beamcast_ingest_state") == 1
        beamcast.write_lease()
        until(lambda: value(url, "beamcast_ingest_viewers") == 1, "the gate counts one")
        assert value(url, "beamcast_ingest_redis_up") == 1

        beamcast.redis.kill()

        until(lambda: value(url, "beamcast_ingest_redis_up") == 0, "Redis is unreachable")
        assert value(url, "beamcast_ingest_viewers") == 0
        beamcast.redis.start()
        until(lambda: value(url, "beamcast_ingest_redis_up") == 1, "Redis is reachable again")
    until(lambda: value(url, "beamcast_ingest_state", state="lost") == 1, "the camera is lost")


def test_faults_are_counted_by_kind(beamcast: Beamcast, port: int, url: str) -> None:
    with RawSource() as source:
        beamcast.ingest(source.address, "--metrics-port", str(port))
        source.send(b"no header")
        source.send_message("no number", [])

        for kind in ("bad_main_header", "bad_pulse_id"):
            until(lambda: value(url, "beamcast_ingest_errors_total", kind=kind) == 1, kind)  # noqa: B023


def test_a_port_in_use_is_logged_and_ingest_continues(beamcast: Beamcast, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)), Camera() as camera:
        ingest = beamcast.ingest(camera.address, "--metrics-port", str(port))

        until(lambda: beamcast.status().get("state") == "live", "it listens to its camera")
        assert f"no /metrics on 127.0.0.1 port {port} (Address already in use)" in ingest.output
        assert "--metrics-port" in ingest.output


def test_port_0_serves_no_metrics(beamcast: Beamcast) -> None:
    with Camera() as camera:
        ingest = beamcast.ingest(camera.address, "--metrics-port", "0")
        assert "/metrics" not in ingest.output


def test_metrics_are_served_before_the_streams_name_is_acquired(
    beamcast: Beamcast, port: int, url: str
) -> None:
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    beamcast.add(python("ingest", "--redis", nowhere, "--metrics-port", str(port)))

    def responds() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    until(responds, "it responds")
    assert "process_resident_memory_bytes" in scrape(url)


def test_a_client_that_disconnects_leaves_nothing_in_the_log(
    beamcast: Beamcast, port: int, url: str
) -> None:
    with Camera() as camera:
        ingest = beamcast.ingest(camera.address, "--metrics-port", str(port))
        until(lambda: value(url, "beamcast_ingest_redis_up") == 1, "it is up")
        for request in (b"", b"GET /met", b"GET /metrics HTTP/1.1\r\n\r\n", b"\x16\x03\x01"):
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.sendall(request)

        until(lambda: value(url, "beamcast_ingest_received_total") > 3, "it still responds")
        assert not [line for line in ingest.output.splitlines() if not line.startswith("20")]


def test_a_page_of_another_site_reads_and_does_nothing_at_the_metrics_port(
    port: int, url: str
) -> None:
    serve("127.0.0.1", port, "--metrics-port")
    page = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}

    for method in ("GET", "OPTIONS", "POST"):
        response = requests.request(method, f"{url}/metrics", data=b"x", headers=page, timeout=10)
        assert response.status_code == (405 if method == "POST" else 200)
        assert not [name for name in response.headers if name.startswith("Access-Control")]
    for host in ("evil.example", f"evil.example:{port}", "localhost.evil.example", "a b", ""):
        response = requests.get(f"{url}/metrics", headers={"Host": host}, timeout=10)
        assert response.status_code == 421, host
        assert "beamcast" not in response.text
    for host in ("localhost", f"127.0.0.1:{port}", "[::1]:1", "10.0.0.1", socket.gethostname()):
        response = requests.get(f"{url}/metrics", headers={"Host": host}, timeout=10)
        assert "beamcast_ingest" in response.text, host


def test_metrics_for_other_machines_are_served_under_any_name(port: int, url: str) -> None:
    """Prometheus uses the name of a service in containers."""
    serve("0.0.0.0", port, "--metrics-port")

    response = requests.get(f"{url}/metrics", headers={"Host": "ingest:9188"}, timeout=10)

    assert "beamcast_ingest" in response.text
