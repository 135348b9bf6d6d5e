"""Each rendition is published while there is a lease on it, and no other is."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from shared import envelope
from tests.support.beamcast import Beamcast
from tests.support.camera import Camera, spot
from tests.support.channel_listener import ChannelListener
from tests.support.waiting import until

REDUCED = {"full": 1, "half": 2, "quarter": 4}
SHAPE = (50, 71)


@pytest.fixture
def listener(beamcast: Beamcast) -> Iterator[ChannelListener]:
    """A listener for the frames of a camera."""
    with Camera(50, lambda pulse_id: spot(pulse_id, SHAPE)) as camera:
        beamcast.ingest(camera.address)
        ear = ChannelListener(beamcast.redis.port)
        until(lambda: beamcast.status().get("state") == "live", "messages come")
        yield ear
        ear.close()


def lease(beamcast: Beamcast, holder: str, rendition: str = "") -> None:
    """Take a lease with Redis' own commands, as in docs/protocol.md."""
    now, _ = beamcast.broker.time()
    beamcast.broker.hset("beamcast:camera:leases", holder, f"1 {now + 600} {rendition}".strip())
    beamcast.broker.publish("beamcast:events", "gate camera")


def give_back(beamcast: Beamcast, holder: str) -> None:
    beamcast.broker.hdel("beamcast:camera:leases", holder)
    beamcast.broker.publish("beamcast:events", "gate camera")


def header(message: bytes) -> dict[str, Any]:
    return envelope.read_header(message)


@pytest.mark.parametrize("rendition", REDUCED)
def test_a_lease_on_one_rendition_brings_that_one_alone(
    beamcast: Beamcast, listener: ChannelListener, rendition: str
) -> None:
    lease(beamcast, "one", rendition)

    listener.wait_for(rendition, frames=10)

    assert {name for name, frames in listener.messages.items() if frames} == {rendition}
    head, body = envelope.unpack(listener.messages[rendition][-1])
    image, n = head["image"], REDUCED[rendition]
    assert (head["rendition"], image["reduced"]) == (rendition, n)
    assert (image["height"], image["width"]) == tuple(-(-side // n) for side in SHAPE)
    jpeg = Image.open(io.BytesIO(envelope.blob(image, body)))
    assert jpeg.size == (image["width"], image["height"])
    status = until(lambda: "width" in (now := beamcast.status()) and now, "the size is known")
    assert (int(status["height"]), int(status["width"])) == SHAPE


def test_a_lease_without_a_rendition_requests_the_full_image(
    beamcast: Beamcast, listener: ChannelListener
) -> None:
    lease(beamcast, "old program")

    listener.wait_for("full")

    assert not listener.messages["half"] + listener.messages["quarter"]


def test_the_renditions_of_a_pulse_differ_in_their_picture_alone(
    beamcast: Beamcast, listener: ChannelListener
) -> None:
    for rendition in REDUCED:
        lease(beamcast, rendition, rendition)

    listener.wait_for(*REDUCED, frames=10)

    frames = {
        name: {header(message)["seq"]: message for message in listener.messages[name]}
        for name in REDUCED
    }
    in_all = set(frames["full"]) & set(frames["half"]) & set(frames["quarter"])
    assert len(in_all) >= 9
    for seq in in_all:
        one = {name: envelope.unpack(frames[name][seq]) for name in REDUCED}
        heads = [dict(head) for head, _ in one.values()]
        for head in heads:
            head["image"] = {
                key: value
                for key, value in head["image"].items()
                if key not in ("width", "height", "reduced", "length")
            }
            del head["rendition"]
        assert heads[0] == heads[1] == heads[2]
        for head, body in one.values():
            profile = envelope.array(head["values"]["profile"], body)
            assert np.array_equal(profile, spot(head["pulse_id"], SHAPE)["profile"])


def test_numbers_stay_gapless_and_in_order_while_renditions_come_and_go(
    beamcast: Beamcast, listener: ChannelListener
) -> None:
    lease(beamcast, "one")
    listener.wait_for("full")
    lease(beamcast, "two", "quarter")
    listener.wait_for("full", "quarter")
    give_back(beamcast, "one")
    listener.wait_for("quarter")
    until(lambda: not beamcast.broker.exists("beamcast:camera:viewers:full"), "nobody has full")
    listener.wait_for("quarter", frames=2)  # what was under way
    heard_of_full = len(listener.messages["full"])
    listener.wait_for("quarter", frames=10)

    assert len(listener.messages["full"]) == heard_of_full
    for rendition in ("full", "quarter"):
        seqs = [header(message)["seq"] for message in listener.messages[rendition]]
        pulses = [header(message)["pulse_id"] for message in listener.messages[rendition]]
        assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
        assert pulses == sorted(pulses)


def test_published_frames_are_counted_once_for_each_pulse(
    beamcast: Beamcast, listener: ChannelListener
) -> None:
    for rendition in REDUCED:
        lease(beamcast, rendition, rendition)
    listener.wait_for(*REDUCED, frames=5)
    for rendition in REDUCED:
        give_back(beamcast, rendition)

    def settled() -> bool:
        before = beamcast.status()["published"]
        listener.poll()
        return not beamcast.broker.exists("beamcast:camera:viewers") and (
            beamcast.status()["published"] == before == str(last_seq() + 1)
        )

    def last_seq() -> int:
        return max(header(frames[-1])["seq"] for frames in listener.messages.values())

    until(settled, "each frame that was published is counted")
    length = sum(len(message) for frames in listener.messages.values() for message in frames)
    assert int(beamcast.status()["published_bytes"]) == length
