"""Redis over TLS: the certificate is verified, and the reason of a failure is reported."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.broker import BrokerError, connect
from tests.support.beamcast import Beamcast
from tests.support.camera import Camera
from tests.support.processes import RedisServer, free_port
from tests.support.sentinels import SERVICE, Sentinel
from tests.support.tls import Authority, TlsForwarder
from tests.support.waiting import until

HOST = "IP:127.0.0.1"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "ours")


@pytest.fixture
def line(redis_server: RedisServer, authority: Authority) -> Iterator[TlsForwarder]:
    """TLS before ``redis_server``, with a valid certificate."""
    made = TlsForwarder(redis_server.port, authority.certificate())
    yield made
    made.close()


def secure(line: TlsForwarder) -> str:
    return f"rediss://127.0.0.1:{line.port}/0"


def test_frames_arrive_over_tls_and_a_wrong_certificate_is_logged_once_and_retried(
    beamcast: Beamcast, authority: Authority, async_mode: str
) -> None:
    line = TlsForwarder(beamcast.redis.port, authority.certificate(days=-1))
    tls = ("--redis", secure(line), "--redis-ca", str(authority.ca))
    try:
        with Camera() as camera:
            worker = beamcast.worker(*tls)
            ingest = beamcast.start_ingest(camera.address, *tls)
            for process in (ingest, worker.process):
                until(lambda p=process: "certificate has expired" in p.output, "it logs this")
            line.certificate = authority.certificate()

            viewer = beamcast.viewer(worker)
            viewer.watch()
            viewer.wait_for(3)
            assert beamcast.viewers() == 1
            for process in (ingest, worker.process):
                process.stop()
    finally:
        line.close()
    for process in (ingest, worker.process):
        assert process.output.count("certificate has expired") == 1


@pytest.mark.parametrize(
    ("host", "days", "why"),
    [(HOST, -1, "certificate has expired"), ("DNS:other.example", 1, "IP address mismatch")],
    ids=["expired", "for another host"],
)
def test_an_invalid_certificate_is_rejected_with_a_reason(
    line: TlsForwarder, authority: Authority, host: str, days: int, why: str
) -> None:
    line.certificate = authority.certificate(host, days)

    with connect(secure(line), str(authority.ca)) as broker, pytest.raises(BrokerError, match=why):
        broker.ping()


def test_a_certificate_of_an_unknown_authority_is_rejected_with_a_reason(
    line: TlsForwarder, tmp_path: Path
) -> None:
    other = Authority(tmp_path, "other")
    for ca in ("", str(other.ca)):
        with (
            connect(secure(line), ca) as broker,
            pytest.raises(BrokerError, match="unable to get local issuer certificate"),
        ):
            broker.ping()


def test_sentinels_and_their_master_are_both_asked_over_tls(
    redis_server: RedisServer, line: TlsForwarder, authority: Authority, tmp_path: Path
) -> None:
    port = free_port()
    sentinel = Sentinel(port, f"monitor {SERVICE} 127.0.0.1 {line.port} 1")
    before = TlsForwarder(port, authority.certificate())
    url = f"rediss+sentinel://127.0.0.1:{before.port}/{SERVICE}"
    try:
        until(sentinel.state, "it answers")
        with connect(url, str(authority.ca)) as broker:
            assert broker.set("key", "value")
        assert redis_server.broker.get("key") == b"value"

        for wrong in (before, line):
            right, wrong.certificate = wrong.certificate, authority.certificate(days=-1)
            with (
                connect(url, str(authority.ca)) as broker,
                pytest.raises(BrokerError, match="certificate has expired"),
            ):
                broker.ping()
            wrong.certificate = right
    finally:
        sentinel.stop()
        before.close()
