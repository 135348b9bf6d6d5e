"""The scalars of every pulse arrive with the frames, although only some images are shown."""

from typing import Any

import pytest

from tests.support.beamcast import Beamcast
from tests.support.camera import Camera, spot
from tests.support.raw_viewer import RawViewer, pump

PULSES = 300


def column(viewer: RawViewer, name: str) -> list[Any]:
    """Return a column of ``pulses`` over all frames."""
    return [value for header in viewer.frames for value in header["pulses"]["values"][name]]


def pulse_ids(viewer: RawViewer) -> list[int]:
    return [pulse for header in viewer.frames for pulse in header["pulses"]["pulse_id"]]


def watch(beamcast: Beamcast) -> RawViewer:
    viewer = RawViewer(beamcast.worker().port)
    viewer.watch()
    pump([viewer], lambda: viewer.frames, "the first frame")
    return viewer


def test_no_pulse_is_missed_though_not_every_image_is_shown(beamcast: Beamcast) -> None:
    with Camera(rate_hz=100, queue_size=1000) as camera:
        beamcast.ingest(camera.address)
        viewer = watch(beamcast)
        pump([viewer], lambda: len(pulse_ids(viewer)) >= PULSES, "pulses")

    ids = pulse_ids(viewer)
    sent = [spot(pulse) for pulse in ids]
    assert viewer.seqs == list(range(len(viewer.seqs)))
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    assert column(viewer, "pulse") == ids
    assert column(viewer, "energy") == [pulse["energy"] for pulse in sent]
    assert column(viewer, "name") == ["spot"] * len(ids)
    assert len(viewer.frames) < len(ids) / 3
    for header in viewer.frames:
        assert len(header["pulses"]["t_source"]) == len(header["pulses"]["pulse_id"])
        assert header["pulse_id"] in ids


def every_fourth(pulse_id: int) -> dict[str, Any]:
    """A 25 Hz camera in a 100 Hz machine; bsread sends two empty parts for a missing value."""
    content = spot(pulse_id)
    return content if pulse_id % 4 == 0 else content | {"image": None, "profile": None}


@pytest.mark.parametrize("describe_once", [True, False])
def test_images_of_every_fourth_pulse_are_all_shown(
    beamcast: Beamcast, describe_once: bool
) -> None:
    with Camera(
        rate_hz=40,
        content=every_fourth,
        first_pulse=4,
        describe_once=describe_once,
        queue_size=1000,
    ) as camera:
        beamcast.ingest(camera.address)
        viewer = watch(beamcast)
        pump([viewer], lambda: len(pulse_ids(viewer)) >= 80, "pulses")

    ids = pulse_ids(viewer)
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    assert column(viewer, "pulse") == ids
    shown = [header["pulse_id"] for header in viewer.frames if header["image"]]
    assert shown == [pulse for pulse in ids if pulse % 4 == 0 and pulse >= shown[0]]
    assert len(shown) == len(viewer.frames)


def test_pulses_continue_without_images(beamcast: Beamcast) -> None:
    def without_image(pulse_id: int) -> dict[str, Any]:
        content = spot(pulse_id)
        return content if pulse_id < 50 else content | {"image": None}

    with Camera(rate_hz=100, content=without_image, queue_size=1000) as camera:
        beamcast.ingest(camera.address)
        viewer = watch(beamcast)
        pump([viewer], lambda: len(pulse_ids(viewer)) >= 200, "pulses")

    ids = pulse_ids(viewer)
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    assert viewer.frames[-1]["image"] is None
    assert viewer.frames[-1]["values"]["profile"]["shape"] == [64]


def test_a_stream_without_an_image_shows_its_values(beamcast: Beamcast) -> None:
    def values(pulse_id: int) -> dict[str, Any]:
        content = spot(pulse_id)
        del content["image"]
        return content

    with Camera(rate_hz=100, content=values, queue_size=1000) as camera:
        beamcast.ingest(camera.address)
        viewer = watch(beamcast)
        pump([viewer], lambda: len(viewer.frames) >= 25, "frames")

    ids = pulse_ids(viewer)
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    for header in viewer.frames:
        assert header["image"] is None
        assert header["values"]["pulse"] == header["pulse_id"]
        assert header["values"]["profile"]["shape"] == [64]
