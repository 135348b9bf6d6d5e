"""The doctor reports what is wrong, and no error if everything works."""

from pathlib import Path

import pytest

from tests.support.beamcast import Beamcast
from tests.support.camera import Camera
from tests.support.processes import Process, free_port, python
from tests.support.rtsp import RtspServer
from tests.support.waiting import until


def examine(redis_url: str, *options: str) -> Process:
    """Return the ended process of the doctor."""
    process = python("deploy.doctor", "--redis", redis_url, *options)
    process.wait(60)
    assert "Traceback" not in process.output
    return process


def test_a_running_installation_without_viewers_has_no_errors(beamcast: Beamcast) -> None:
    with Camera() as camera:
        beamcast.ingest(camera.address)
        worker = beamcast.worker()
        until(lambda: beamcast.status().get("state") == "live", "messages come")

        process = examine(beamcast.redis.url, "--page", worker.url)

    assert process.returncode == 0, process.output
    assert "errors: 0" in process.output
    for text in (
        "Redis answers in",
        "camera: ingest on",
        f"{camera.address} accepts connections",
        "frames per second",
        "0 other viewers",
        f"{worker.url} serves",
        f"{worker.url} reaches Redis",
    ):
        assert text in process.output
    assert beamcast.viewers() == 0


def test_each_fault_is_reported_with_a_hint(beamcast: Beamcast) -> None:
    camera = Camera()
    ingest = beamcast.ingest(camera.address)
    until(lambda: beamcast.status().get("state") == "live", "messages come")
    camera.close()
    until(lambda: beamcast.status().get("state") != "live", "the source is lost")
    process = examine(beamcast.redis.url, "--page", f"http://127.0.0.1:{free_port()}")
    assert process.returncode == 1
    assert f"nothing answers at {camera.address}" in process.output
    assert "is a web worker running?" in process.output

    ingest.stop()
    process = examine(beamcast.redis.url)
    assert process.returncode == 1
    assert "ERROR  camera: no ingest is running" in process.output
    assert "python -m ingest --stream camera" in process.output


def test_an_unwatched_video_is_no_error_unless_it_cannot_be_shown(
    beamcast: Beamcast, tmp_path: Path
) -> None:
    with RtspServer() as camera:
        ingest = beamcast.ingest(camera.address)
        until(lambda: beamcast.status().get("state") == "closed", "it is closed")
        process = examine(beamcast.redis.url)
        assert process.returncode == 0, process.output
        for text in (
            "opens its video",
            f"{camera.address} accepts connections",
            "frames per second",
        ):
            assert text in process.output
    ingest.stop()

    beamcast.ingest(f"file:{tmp_path}")
    until(lambda: beamcast.status().get("state") == "closed", "it is closed")
    process = examine(beamcast.redis.url)
    assert process.returncode == 1
    assert "its video does not start when it is watched" in process.output
    assert "is a folder" in process.output


def test_an_unreachable_redis_is_reported_without_its_password() -> None:
    process = examine(f"redis://me:geheim@127.0.0.1:{free_port()}/0")
    assert process.returncode == 1
    assert "ERROR  Redis at redis://me:…@127.0.0.1" in process.output
    assert "geheim" not in process.output


def test_a_full_redis_and_one_that_deletes_keys_are_reported(beamcast: Beamcast) -> None:
    used = beamcast.broker.info("memory")["used_memory"]
    beamcast.broker.config_set("maxmemory", used + 4096)
    beamcast.broker.config_set("maxmemory-policy", "allkeys-lru")
    process = examine(beamcast.redis.url)
    assert process.returncode == 1
    assert "MiB in use" in process.output
    assert "noeviction" in process.output


@pytest.mark.parametrize("text", ["\x1b[2J", "a\nERROR  everything"])
def test_texts_of_a_stream_cannot_control_the_terminal(beamcast: Beamcast, text: str) -> None:
    beamcast.broker.hset("beamcast:evil:status", mapping={"state": text, "message": text})
    process = examine(beamcast.redis.url, "--stream", "evil")
    assert process.returncode == 1
    assert "\x1b" not in process.output
    assert not any(line.startswith("ERROR  everything") for line in process.output.splitlines())
