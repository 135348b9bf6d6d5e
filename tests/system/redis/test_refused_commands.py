"""Redis answers but rejects commands: the reason is reported everywhere, and all parts recover."""

import time
from collections.abc import Callable, Iterator

import pytest
import requests

from deploy import doctor
from shared.broker import Broker
from tests.support.beamcast import Beamcast, Worker
from tests.support.camera import Camera
from tests.support.processes import Process
from tests.support.viewer import Viewer
from tests.support.waiting import until

Change = Callable[[Broker], object]
REFUSALS: dict[str, tuple[str, Change, Change]] = {
    "replica": (
        "Redis is a read-only replica",
        lambda broker: broker.execute_command("REPLICAOF", "127.0.0.1", "1"),
        lambda broker: broker.execute_command("REPLICAOF", "NO", "ONE"),
    ),
    "rights": (
        "The Redis user lacks a permission that Beamcast needs",
        lambda broker: [
            broker.execute_command("ACL", "SETUSER", user, "-evalsha") for user in ("web", "ingest")
        ],
        lambda broker: (
            [
                broker.execute_command("ACL", "SETUSER", user, "+evalsha")
                for user in ("web", "ingest")
            ]
        ),
    ),
}
"""kind → its words, how it begins, and how it ends"""


def log_of(process: Process) -> list[str]:
    """Return the log lines about Redis."""
    return [line for line in process.output.splitlines() if "Redis" in line]


def json_of(worker: Worker, path: str) -> tuple[int, str, float]:
    """Return the response's status and error, and its duration [s]."""
    start = time.monotonic()
    answer = requests.get(f"{worker.url}{path}", timeout=20)
    return answer.status_code, answer.json().get("error", ""), time.monotonic() - start


@pytest.fixture
def running(beamcast: Beamcast) -> Iterator[tuple[Beamcast, Process, Worker, Viewer]]:
    with Camera() as camera:
        ingest = beamcast.ingest(camera.address)
        worker = beamcast.worker()
        viewer = beamcast.viewer(worker)
        viewer.watch()
        viewer.wait_for(2)
        yield beamcast, ingest, worker, viewer


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_redis_that_rejects_commands_is_reported_everywhere_and_logged_once(
    running: tuple[Beamcast, Process, Worker, Viewer],
    capsys: pytest.CaptureFixture[str],
    kind: str,
) -> None:
    beamcast, ingest, worker, viewer = running
    words, begin, end = REFUSALS[kind]

    begin(beamcast.broker)
    until(lambda: words in viewer.status.get("message", ""), "the viewer is informed")
    assert viewer.status["state"] == "broker_lost"
    until(lambda: json_of(worker, "/readyz")[:2] == (503, words), "the worker is not ready")
    for path in ("/api/streams", "/api/streams/camera/frame.jpg", "/api/boards/board"):
        code, error, took_s = json_of(worker, path)
        assert (code, error) == (503, words)
        assert took_s < 5
    assert words in requests.get(f"{worker.url}/status", timeout=10).text
    assert doctor.main(["--redis", beamcast.redis.url_of("web")], {}) == 1
    assert words in capsys.readouterr().out
    time.sleep(3)
    for process in (ingest, worker.process):
        assert sum(words in line for line in log_of(process)) <= 2  # the worker's, and the stream's
        assert not any("works again" in line for line in log_of(process))

    end(beamcast.broker)
    viewer.wait_for_state("live")
    viewer.wait_for_more(2)
    until(lambda: json_of(worker, "/readyz")[0] == 200, "the worker is ready")
    until(lambda: len(log_of(ingest)) == 2, "ingest says so")
    assert "works again" in log_of(ingest)[1]
    beamcast.broker.acl_log_reset()  # of what was refused here, and of what the doctor may not ask


def test_the_connections_are_named(running: tuple[Beamcast, Process, Worker, Viewer]) -> None:
    beamcast, _, worker, _ = running

    names = {client["name"] for client in beamcast.broker.client_list()}

    assert {f"beamcast-web-{worker.port}", "beamcast-ingest-camera"} <= names


def test_keys_of_a_wrong_type_heal(running: tuple[Beamcast, Process, Worker, Viewer]) -> None:
    beamcast, ingest, worker, viewer = running
    broker, names = beamcast.broker, beamcast.broker.names
    kinds: dict[str, Callable[[str], object]] = {
        "string": lambda key: broker.set(key, "x"),
        "list": lambda key: broker.rpush(key, "x"),
        "hash": lambda key: broker.hset(key, "a", "b"),
        "set": lambda key: broker.sadd(key, "x"),
    }
    ours = {
        names.leases("camera"): "hash",
        names.asked("camera"): "hash",
        names.viewers("camera"): "string",
        names.status("camera"): "hash",
        names.schema("camera"): "string",
        names.owner("camera"): "string",
        names.epoch("camera"): "string",
        names.standby("camera"): "string",
        names.streams: "zset",
        names.revoked_sessions: "zset",
    }
    for kind, spoil in kinds.items():
        spoiled = {key for key, own in ours.items() if own != kind}
        for key in spoiled:
            broker.delete(key)
            spoil(key)
        viewer.wait_for_more(5)
        passing = {names.standby("camera"), names.revoked_sessions}  # nobody writes these here

        def healed(spoiled: set[str] = spoiled - passing) -> bool:
            return all(broker.type(key).decode() == ours[key] for key in spoiled)

        until(healed, f"all that were a {kind} are ours again")
        answer = requests.get(f"{worker.url}/api/streams", timeout=10)
        assert [each["state"] for each in answer.json()["streams"]] == ["live"]
        assert beamcast.viewers() == 1
        broker.delete(*passing)

    assert log_of(ingest) == []
    assert log_of(worker.process) == []


@pytest.mark.parametrize("epoch", [2**53 - 1, 2**53, 2**63 - 1, 2**42])
def test_an_impossible_epoch_does_not_end_an_ingest(
    running: tuple[Beamcast, Process, Worker, Viewer], epoch: int
) -> None:
    beamcast, ingest, _, viewer = running

    beamcast.broker.set("beamcast:camera:epoch", epoch)
    until(lambda: int(beamcast.broker.get("beamcast:camera:epoch")) < 2**42, "it is ours again")

    viewer.wait_for_more(3)
    assert ingest.returncode is None
    assert len({frame.header["epoch"] for frame in viewer.frames}) == 1
