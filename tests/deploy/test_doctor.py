"""The doctor says in plain words what is wrong, and nothing where all is well."""

from pathlib import Path

import pytest

from tests.support.beamcast import Beamcast
from tests.support.camera import Camera
from tests.support.processes import Process, free_port, python
from tests.support.rtsp import RtspServer
from tests.support.waiting import until


def examine(redis_url: str, *options: str) -> Process:
    """The doctor, who has ended."""
    process = python("deploy.doctor", "--redis", redis_url, *options)
    process.wait(60)
    assert "Traceback" not in process.output
    return process


def test_a_running_installation_without_viewers_has_no_errors(beamcast: Beamcast) -> None:
    with Camera() as camera:
        beamcast.ingest(camera.address)
        worker = beamcast.worker()
        until(lambda: beamcast.status().get("state") == "live", "messages come")

        said = examine(beamcast.redis.url, "--page", worker.url)

    assert said.returncode == 0, said.output
    assert "errors: 0" in said.output
    for words in (
        "Redis answers in",
        "camera: ingest on",
        f"{camera.address} accepts connections",
        "frames per second",
        "0 other viewers",
        f"{worker.url} serves",
        f"{worker.url} reaches Redis",
    ):
        assert words in said.output
    assert beamcast.viewers() == 0


def test_each_fault_is_reported_with_a_hint(beamcast: Beamcast) -> None:
    camera = Camera()
    ingest = beamcast.ingest(camera.address)
    until(lambda: beamcast.status().get("state") == "live", "messages come")
    camera.close()
    until(lambda: beamcast.status().get("state") != "live", "the source is lost")
    said = examine(beamcast.redis.url, "--page", f"http://127.0.0.1:{free_port()}")
    assert said.returncode == 1
    assert f"nothing answers at {camera.address}" in said.output
    assert "is a web worker running?" in said.output

    ingest.stop()
    said = examine(beamcast.redis.url)
    assert said.returncode == 1
    assert "ERROR  camera: no ingest is running" in said.output
    assert "python -m ingest --stream camera" in said.output


def test_an_unwatched_video_is_no_error_unless_it_cannot_be_shown(
    beamcast: Beamcast, tmp_path: Path
) -> None:
    with RtspServer() as camera:
        ingest = beamcast.ingest(camera.address)
        until(lambda: beamcast.status().get("state") == "closed", "it is closed")
        said = examine(beamcast.redis.url)
        assert said.returncode == 0, said.output
        for words in (
            "opens its video",
            f"{camera.address} accepts connections",
            "frames per second",
        ):
            assert words in said.output
    ingest.stop()

    beamcast.ingest(f"file:{tmp_path}")
    until(lambda: beamcast.status().get("state") == "closed", "it is closed")
    said = examine(beamcast.redis.url)
    assert said.returncode == 1
    assert "its video does not start when it is watched" in said.output
    assert "is a folder" in said.output


def test_an_unreachable_redis_is_reported_without_its_password() -> None:
    said = examine(f"redis://me:geheim@127.0.0.1:{free_port()}/0")
    assert said.returncode == 1
    assert "ERROR  Redis at redis://me:…@127.0.0.1" in said.output
    assert "geheim" not in said.output


def test_a_full_redis_and_one_that_deletes_keys_are_reported(beamcast: Beamcast) -> None:
    used = beamcast.broker.info("memory")["used_memory"]
    beamcast.broker.config_set("maxmemory", used + 4096)
    beamcast.broker.config_set("maxmemory-policy", "allkeys-lru")
    said = examine(beamcast.redis.url)
    assert said.returncode == 1
    assert "MiB in use" in said.output
    assert "noeviction" in said.output


@pytest.mark.parametrize("text", ["\x1b[2J", "a\nERROR  everything"])
def test_texts_of_a_stream_cannot_control_the_terminal(beamcast: Beamcast, text: str) -> None:
    beamcast.broker.hset("beamcast:evil:status", mapping={"state": text, "message": text})
    said = examine(beamcast.redis.url, "--stream", "evil")
    assert said.returncode == 1
    assert "\x1b" not in said.output
    assert not any(line.startswith("ERROR  everything") for line in said.output.splitlines())
