"""docs/protocol.md names what is there, and its viewer runs."""

import re
import sys
from typing import Any

import pytest

from shared.redis_keys import RedisKeys
from tests.support.beamcast import Beamcast
from tests.support.camera import Camera
from tests.support.processes import ROOT, Process
from tests.support.push import Push
from tests.support.viewer import Viewer
from tests.support.waiting import until

names = RedisKeys()

PROTOCOL = (ROOT / "docs" / "protocol.md").read_text()


def documented(heading: str) -> set[str]:
    """The names in the first column of the tables under a heading, or between its dots."""
    section = re.split(rf"^#+ {heading}.*\n", PROTOCOL, flags=re.M)[1]
    section = re.split(r"^#", section, flags=re.M)[0]
    rows = re.findall(r"^\| (`.*?) \|", section, re.M)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


@pytest.fixture
def live(beamcast: Beamcast) -> tuple[Beamcast, Viewer, str]:
    with Camera() as camera:
        beamcast.ingest(camera.address)
        worker = beamcast.worker()
        viewer = beamcast.viewer(worker)
        viewer.watch()
        viewer.wait_for(2)
        yield beamcast, viewer, worker.url


def test_the_documented_keys_are_the_keys(live: tuple[Beamcast, Viewer, str]) -> None:
    there = {key.decode() for key in live[0].broker.keys("beamcast:*")}
    built = {
        name("<stream>")
        for name in (
            names.frames,
            names.viewers,
            names.leases,
            names.asked,
            names.schema,
            names.status,
            names.owner,
            names.standby,
            names.epoch,
            names.cards,
        )
    } | {names.streams, names.events, names.notices}
    built |= {name("<stream>", "<rendition>") for name in (names.frames, names.viewers)}
    built.add(names.card("<stream>", "<id>"))

    assert documented("Redis") == built
    generic = {
        key.replace("camera", "<stream>").replace("::", ":<stream>:").replace("full", "<rendition>")
        for key in there
    }
    assert generic <= built


def test_the_documented_header_is_the_header(live: tuple[Beamcast, Viewer, str]) -> None:
    header: dict[str, Any] = live[1].frames[-1].header

    assert documented("Envelope") == set(header)
    described = re.search(r"\| `image` \| null, or `\{(.*?)\}`", PROTOCOL)
    assert described
    assert set(described[1].split(", ")) == set(header["image"])


def test_the_documented_status_is_the_status(live: tuple[Beamcast, Viewer, str]) -> None:
    fields, of_a_board = told_of_the_status()

    status = until(lambda: "image" in live[0].status() and live[0].status(), "a whole status")

    assert fields - {"sub", "pull", "video", "pulses"} == set(status)
    assert "cards" in of_a_board


def test_the_documented_status_of_a_board_is_its_status(
    live: tuple[Beamcast, Viewer, str],
) -> None:
    fields, of_a_board = told_of_the_status()
    beamcast = live[0]
    beamcast.add(Push(beamcast.redis).process)

    status = set(until(lambda: beamcast.status("board"), "a status"))

    assert of_a_board - {"board"} <= status
    assert status <= fields | of_a_board


def told_of_the_status() -> list[set[str]]:
    """The names that the document has for a camera's status, and those for a board's."""
    section = PROTOCOL.split("### Status\n")[1].split("| `state`")[0]
    return [set(re.findall(r"`(\w+)`", part)) for part in section.split("A board's")]


def test_the_viewer_in_the_document_runs(live: tuple[Beamcast, Viewer, str]) -> None:
    code = re.search(r"```python\n(.*?)```", PROTOCOL, re.S)
    assert code
    program = code[1].replace("http://127.0.0.1:5000", live[2])

    viewer = Process(sys.executable, "-c", program)
    try:
        until(lambda: viewer.output.count("64 x 48") >= 3, "it prints frames")
    finally:
        viewer.kill()
    assert len(code[1].splitlines()) <= 20
