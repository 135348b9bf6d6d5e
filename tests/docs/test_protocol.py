"""docs/protocol.md names what is there, and its viewer runs."""

import io
import re
import sys
from contextlib import closing
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ingest.demand import Demand
from ingest.encoding.auto_levels import AutoLevels
from ingest.encoding.image_encoder import ImageEncoder
from ingest.encoding.images import ImageTask
from shared.envelope import Blobs
from shared.redis_keys import RedisKeys
from shared.renditions import Rendition
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
    fields = described[1].split(", ")
    always = {name for name in fields if not name.endswith("?")}
    assert always <= set(header["image"]) <= {name.rstrip("?") for name in fields}


def test_the_documented_status_is_the_status(live: tuple[Beamcast, Viewer, str]) -> None:
    fields, of_a_board = documented_status_fields()

    status = until(lambda: "image" in live[0].status() and live[0].status(), "a whole status")

    assert fields - {"sub", "pull", "video", "pulses"} == set(status)
    assert "cards" in of_a_board


def test_the_documented_status_of_a_board_is_its_status(
    live: tuple[Beamcast, Viewer, str],
) -> None:
    fields, of_a_board = documented_status_fields()
    beamcast = live[0]
    beamcast.add(Push(beamcast.redis).process)

    status = set(until(lambda: beamcast.status("board"), "a status"))

    assert of_a_board - {"board"} <= status
    assert status <= fields | of_a_board


def documented_status_fields() -> list[set[str]]:
    """The names that the document has for a camera's status, and those for a board's."""
    section = PROTOCOL.split("### Status\n")[1].split("| `state`")[0]
    return [set(re.findall(r"`(\w+)`", part)) for part in section.split("A board's")]


def test_the_viewer_in_the_document_runs(live: tuple[Beamcast, Viewer, str]) -> None:
    code = re.search(r"```python\n(import json.*?)```", PROTOCOL, re.S)
    assert code
    program = code[1].replace("http://127.0.0.1:5000", live[2])

    viewer = Process(sys.executable, "-c", program)
    try:
        until(lambda: viewer.output.count("64 x 48") >= 3, "it prints frames")
    finally:
        viewer.kill()
    assert len(code[1].splitlines()) <= 20


@pytest.mark.parametrize("size", ["full", "half", "full-log", "half-log"])
@pytest.mark.parametrize("share_of_bad", [0, 0.001, 0.05])
def test_the_document_says_how_to_get_values_from_levels(size: str, share_of_bad: float) -> None:
    code = re.search(r"```python\n(def values.*?)```", PROTOCOL, re.S)
    assert code
    namespace: dict[str, Any] = {"np": np}
    exec(code[1], namespace)
    rows, columns = np.indices((300, 402))
    pixels = 7 + 100 * np.exp(-((rows - 140) ** 2 + (columns - 200) ** 2) / 8000)
    pixels[np.random.default_rng(1).random(pixels.shape) < share_of_bad] = np.nan
    levels = AutoLevels()
    task = ImageTask("image", Demand([Rendition(size)]).images[""], pixels)
    task.levels, task.log_levels = levels.update(pixels, 0.0), levels.log_range
    with closing(ImageEncoder(95)) as encoder:
        encoder.encode(task)

    blobs = Blobs()
    image = task.jpegs[size].add_to(blobs)
    body = b"".join(blobs.parts)
    jpeg = body[image["offset"] : image["offset"] + image["length"]]
    found = namespace["values"](image, np.asarray(Image.open(io.BytesIO(jpeg))), body)

    n = image["reduced"]
    means = pixels.reshape(300 // n, n, 402 // n, n).mean((1, 3))
    assert found.shape == means.shape
    assert np.isnan(found[np.isnan(means)]).all()
    assert np.isnan(found).any() == (share_of_bad > 0)
    if not share_of_bad:
        assert np.abs(found / means - 1).max() < (0.08 if "log" in size else 0.25)
