"""A relay survives anything that Redis holds, and passes valid and fresh frames on."""

import itertools
import time
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from shared import envelope, leases
from shared.broker import connect
from shared.redis_keys import RedisKeys
from shared.renditions import Rendition
from tests.support.processes import RedisServer
from tests.support.waiting import until
from web.fanout.messages import Event, Frame
from web.fanout.relay import Relays
from web.fanout.send_queue import Delivery
from web.metrics import FRAMES_FENCED

names = RedisKeys()


class Viewer:
    """A viewer that keeps its frames and events."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.events: list[dict[str, Any]] = []

    def offer(self, delivery: Delivery) -> bool:
        self.frames.append(delivery.frame)
        return True

    def offer_again(self, delivery: Delivery) -> bool:
        return self.offer(delivery)

    def count_dropped(self, frame: Frame) -> None:
        raise AssertionError("it is never busy")

    def send_event(self, event: Event) -> None:
        self.events.append(event.payload)


@pytest.fixture
def relays(redis_server: RedisServer) -> Iterator[Relays]:
    made = Relays(connect(redis_server.url_of("web")), "worker")
    yield made
    made.close()


def fenced() -> float:
    """Return the number of frames that were too late so far."""
    return FRAMES_FENCED.labels("camera")._value.get()


def publish(redis_server: RedisServer, **header: Any) -> None:
    """Publish a frame that is fresh for all viewers."""
    seconds, _ = redis_server.broker.time()
    header = {"t_received": seconds + 3600, **header}
    redis_server.broker.publish("beamcast:camera:frames", envelope.pack(header, envelope.Blobs()))


@pytest.mark.parametrize("schema", [b"[" * 100_000, b"{", b"NaN", b"\xff", b'"text"', b"7", b"[1]"])
def test_an_invalid_schema_costs_no_frame(
    redis_server: RedisServer, relays: Relays, schema: bytes
) -> None:
    redis_server.broker.set(names.schema("camera"), schema)
    viewer = Viewer()
    relays.watch("camera", Rendition(), viewer)

    publish(redis_server, schema="other")

    until(lambda: viewer.frames, "the frame comes")


@pytest.mark.parametrize(
    ("key", "wrong"), [("status", "text"), ("viewers", "many"), ("leases", "text")]
)
def test_a_relay_recovers_when_a_key_of_another_type_is_deleted(
    redis_server: RedisServer, relays: Relays, key: str, wrong: str
) -> None:
    redis_server.broker.set(f"beamcast:camera:{key}", wrong)
    viewer = Viewer()
    relays.watch("camera", Rendition(), viewer)

    redis_server.broker.delete(f"beamcast:camera:{key}")

    def heals() -> bool:
        publish(redis_server)
        return bool(viewer.frames)

    until(heals, "frames come again")


@pytest.mark.parametrize(
    "header",
    [
        *({"t_received": wrong} for wrong in (None, True, "1")),
        *({"epoch": wrong} for wrong in (None, True, "1", 1.5)),
        {"image": "x"},
    ],
)
def test_an_invalid_frame_is_dropped_and_the_next_one_shown(
    redis_server: RedisServer, relays: Relays, header: dict[str, Any]
) -> None:
    viewer = Viewer()
    relays.watch("camera", Rendition(), viewer)

    redis_server.broker.publish("beamcast:camera:frames", b"no envelope")
    publish(redis_server, **header)
    publish(redis_server, seq=7)

    until(lambda: viewer.frames, "the good frame comes")
    assert [frame.header["seq"] for frame in viewer.frames] == [7]


def test_a_full_redis_is_reported_until_it_has_memory_again(
    redis_server: RedisServer, relays: Relays
) -> None:
    viewer = Viewer()
    relays.watch("camera", Rendition(), viewer)

    redis_server.broker.config_set("maxmemory", 1)
    until(
        lambda: viewer.events and viewer.events[-1]["state"] == "broker_lost",
        "the viewer has the status",
    )
    assert "memory is full" in viewer.events[-1]["message"]

    redis_server.broker.config_set("maxmemory", 0)
    until(lambda: viewer.events[-1]["state"] == "no_ingest", "Redis works again")


def test_frames_of_an_older_epoch_are_dropped_and_counted(
    redis_server: RedisServer, relays: Relays
) -> None:
    viewer, before = Viewer(), fenced()
    relays.watch("camera", Rendition(), viewer)

    for epoch, seq in ((1, 0), (2, 0), (1, 1), (2, 1), (1, 2), (2, 2)):
        publish(redis_server, epoch=epoch, seq=seq)

    until(lambda: len(viewer.frames) >= 4, "frames")
    until(lambda: fenced() == before + 2, "they are counted")
    assert [frame.key[1:] for frame in viewer.frames] == [(1, 0), (2, 0), (2, 1), (2, 2)]


def test_frames_that_arrive_after_newer_ones_are_dropped_and_counted(
    redis_server: RedisServer, relays: Relays
) -> None:
    viewer, before = Viewer(), fenced()
    relays.watch("camera", Rendition(), viewer)

    for epoch, seq in ((1, 5), (1, 4), (1, 6), (2, 0), (2, 1)):
        publish(redis_server, epoch=epoch, seq=seq)

    until(lambda: len(viewer.frames) >= 4, "frames")
    assert [frame.key[1:] for frame in viewer.frames] == [(1, 5), (1, 6), (2, 0), (2, 1)]
    assert fenced() == before + 1


def test_frames_that_were_held_up_on_their_way_are_dropped_and_counted(
    redis_server: RedisServer, relays: Relays
) -> None:
    viewer, before = Viewer(), fenced()
    relays.watch("camera", Rendition(), viewer)

    seconds, microseconds = redis_server.broker.time()
    now = seconds + microseconds / 1e6
    publish(redis_server, seq=1, t_published=now - 1.1)
    publish(redis_server, seq=2, t_published=now)

    until(lambda: viewer.frames, "a frame")
    assert [frame.header["seq"] for frame in viewer.frames] == [2]
    assert fenced() == before + 1


def test_over_a_path_that_has_become_slow_for_good_frames_are_shown_again(
    redis_server: RedisServer, relays: Relays
) -> None:
    viewer = Viewer()
    relays.watch("camera", Rendition(), viewer)
    numbers = itertools.count(1)

    def is_shown() -> bool:
        seconds, microseconds = redis_server.broker.time()
        late = seconds + microseconds / 1e6 - 1.2
        publish(redis_server, seq=next(numbers), t_published=late)
        time.sleep(0.05)
        return bool(viewer.frames)

    until(is_shown, "a frame")
    assert viewer.frames[0].header["seq"] > 1


def test_an_epoch_is_over_when_the_status_has_a_newer_one(
    redis_server: RedisServer, relays: Relays
) -> None:
    redis_server.broker.hset(names.status("camera"), "epoch", 7)
    viewer, before = Viewer(), fenced()
    relays.watch("camera", Rendition(), viewer)

    publish(redis_server, epoch=6)
    publish(redis_server)
    publish(redis_server, epoch=7)

    until(lambda: viewer.frames, "a frame")
    assert [frame.epoch for frame in viewer.frames] == [7]
    assert fenced() == before + 2


def test_a_frame_of_an_epoch_that_is_over_is_not_offered_again(
    redis_server: RedisServer, relays: Relays
) -> None:
    class Busy(Viewer):
        is_busy = True
        tries = 0
        dropped = 0

        def offer(self, delivery: Delivery) -> bool:
            self.tries += 1
            return not self.is_busy and super().offer(delivery)

        def count_dropped(self, frame: Frame) -> None:
            self.dropped += 1

    viewer = Busy()
    relays.watch("camera", Rendition(), viewer)
    publish(redis_server, epoch=1)
    until(lambda: viewer.tries > 2, "it is offered again and again")

    redis_server.broker.hset(names.status("camera"), mapping={"epoch": 2, "state": "live"})
    redis_server.broker.publish("beamcast:events", "status camera")
    until(lambda: viewer.events and viewer.events[-1].get("epoch") == 2, "the relay knows")
    viewer.is_busy = False
    publish(redis_server, epoch=2)

    until(lambda: viewer.frames, "a frame")
    assert [frame.epoch for frame in viewer.frames] == [2]
    assert viewer.dropped == 1


@pytest.mark.parametrize("nonsense", [b"9" * 400, b"\xff", b"true", b"-", b"[8]", b"7.5"])
def test_frames_of_a_lower_epoch_are_shown_once_the_status_has_it(
    redis_server: RedisServer, relays: Relays, nonsense: bytes
) -> None:
    viewer = Viewer()
    relays.watch("camera", Rendition(), viewer)
    publish(redis_server, epoch=9)
    until(lambda: viewer.frames, "a frame")

    def set_epoch(epoch: bytes | int) -> None:
        redis_server.broker.hset(names.status("camera"), mapping={"epoch": epoch, "state": "live"})
        redis_server.broker.publish("beamcast:events", "status camera")
        count = len(viewer.events)
        until(lambda: len(viewer.events) > count, "the relay reads the status")

    redis_server.broker.flushall()  # and its clock is set back
    set_epoch(nonsense)
    publish(redis_server, epoch=3, seq=0)
    set_epoch(3)
    publish(redis_server, epoch=3, seq=1)

    until(lambda: len(viewer.frames) == 2, "the next frame")
    assert viewer.frames[1].key == ("camera", 3, 1)


def test_a_viewer_of_one_rendition_too_many_gets_a_message(
    redis_server: RedisServer, relays: Relays
) -> None:
    for number in range(leases.MAX_RENDITIONS):
        leases.write_lease(
            redis_server.broker, "camera", f"other {number}", 1, f"full@{number}", 600
        )
    viewer, of_the_streams_own = Viewer(), Viewer()

    relays.watch("camera", Rendition.parse("full@more"), viewer)
    relays.watch("camera", Rendition(), of_the_streams_own)

    until(
        lambda: viewer.events and "64 different" in viewer.events[-1]["message"],
        "its status has the reason",
    )
    until(lambda: of_the_streams_own.events, "the other viewer has a status")
    assert not any("64 different" in status["message"] for status in of_the_streams_own.events)
    publish(redis_server)
    until(lambda: of_the_streams_own.frames, "the stream's own image arrives")
    leases.write_lease(redis_server.broker, "camera", "other 7", 0)
    until(
        lambda: "64 different" not in viewer.events[-1]["message"],
        "its status has no reason to wait",
    )


def precise(columns: int, **header: Any) -> bytes:
    """Return a frame with a row of tiles, ``tile 0`` and so on, received in the future."""
    blobs, places = envelope.Blobs(), []
    for column in range(columns):
        place = blobs.add(b"tile %d" % column)
        places.append([column, 0, place["offset"], place["length"]])
    fields = {"t_received": time.time() + 3600, "image": {"tiles": places}, **header}
    return envelope.pack(fields, blobs)


def tiles_of(frame: Frame) -> list[bytes]:
    """Return the tiles of a frame."""
    header, body = envelope.unpack(frame.message)
    return [
        bytes(body[offset : offset + length]) for _, _, offset, length in header["image"]["tiles"]
    ]


def test_many_regions_share_one_connection_and_each_viewer_gets_its_tiles(
    redis_server: RedisServer, relays: Relays
) -> None:
    viewers = [Viewer() for _ in range(30)]
    regions = [Rendition.parse(f"precise:{n},0,{n + 1},1") for n in range(30)]
    for viewer, region in zip(viewers, regions, strict=True):
        relays.watch("camera", region, viewer)

    assert len(redis_server.broker.client_list(_type="pubsub")) == 1
    assert redis_server.broker.hlen(names.asked("camera")) == 30
    assert redis_server.broker.get(names.viewers("camera", "precise")) == b"30"

    redis_server.broker.publish("beamcast:camera:frames:precise", precise(20))

    until(lambda: all(viewer.frames for viewer in viewers), "each has a frame")
    for number, viewer in enumerate(viewers):
        expected = [b"tile %d" % number] if number < 20 else []
        assert [tiles_of(frame) for frame in viewer.frames] == [expected]
    assert len({viewer.frames[0] for viewer in viewers}) == 21, "one for all outside of it"

    for viewer, region in zip(viewers, regions, strict=True):
        relays.unwatch("camera", region, viewer)
    assert redis_server.broker.keys() == []
    until(
        lambda: not redis_server.broker.client_list(_type="pubsub"), "the relay ends with the last"
    )


def test_a_viewer_changes_its_region_over_the_same_connection(
    redis_server: RedisServer, relays: Relays
) -> None:
    viewer, stays = Viewer(), Viewer()
    first, second = (Rendition.parse(f"precise:{n},0,{n + 1},1") for n in (0, 1))
    relays.watch("camera", first, stays)
    relays.watch("camera", first, viewer)

    relays.watch("camera", second, viewer)
    relays.unwatch("camera", first, viewer)
    redis_server.broker.publish("beamcast:camera:frames:precise", precise(3))

    until(lambda: viewer.frames and stays.frames, "both have a frame")
    assert tiles_of(viewer.frames[0]) == [b"tile 1"]
    assert tiles_of(stays.frames[0]) == [b"tile 0"]
    requested = redis_server.broker.hgetall(names.asked("camera"))
    assert requested == {str(first).encode(): b"1", str(second).encode(): b"1"}


def test_of_precise_tiles_a_viewer_gets_those_of_its_region(
    redis_server: RedisServer, relays: Relays
) -> None:
    viewer = Viewer()
    relays.watch("camera", Rendition.parse("precise:0,0,1,1@CAM2"), viewer)
    seconds, _ = redis_server.broker.time()
    blobs = envelope.Blobs()
    for data in (b"first", b"second"):
        blobs.add(data)
    header = {"t_received": seconds + 3600, "image": {"tiles": [[0, 0, 0, 5], [1, 0, 8, 6]]}}

    redis_server.broker.publish("beamcast:camera:frames:precise@CAM2", b"no envelope")
    redis_server.broker.publish(
        "beamcast:camera:frames:precise@CAM2",
        envelope.pack(header | {"image": {"tiles": "all"}}, envelope.Blobs()),
    )
    redis_server.broker.publish("beamcast:camera:frames:precise@CAM2", envelope.pack(header, blobs))

    until(lambda: viewer.frames, "the good frame comes")
    assert [frame.header["image"]["tiles"] for frame in viewer.frames] == [[[0, 0, 0, 5]]]


def test_a_relay_that_has_ended_keeps_no_frame(redis_server: RedisServer, relays: Relays) -> None:
    viewer = Viewer()
    relay = relays.watch("camera", Rendition(), viewer)
    publish(redis_server)
    until(lambda: viewer.frames, "the frame comes")
    kept = weakref.ref(viewer.frames.pop())

    relays.unwatch("camera", Rendition(), viewer)

    until(lambda: kept() is None, "it is gone")
    assert relay.stream == "camera"  # which the test still refers to


def test_a_flood_of_invalid_frames_is_one_line_of_the_log(
    redis_server: RedisServer, relays: Relays, caplog: pytest.LogCaptureFixture
) -> None:
    viewer = Viewer()
    relays.watch("camera", Rendition(), viewer)

    for _ in range(500):
        redis_server.broker.publish("beamcast:camera:frames", b"nonsense")
    publish(redis_server)

    until(lambda: viewer.frames, "the frame comes")
    assert len([line for line in caplog.messages if "is not a frame" in line]) == 1


def test_one_huge_seq_does_not_leave_a_stream_dark(
    redis_server: RedisServer, relays: Relays
) -> None:
    redis_server.broker.hset(names.status("camera"), mapping={"epoch": 3, "state": "live"})
    viewer = Viewer()
    relays.watch("camera", Rendition(), viewer)

    publish(redis_server, epoch=3, seq=2**63)
    until(lambda: viewer.frames, "anyone may publish")

    def next_is_shown() -> bool:
        publish(redis_server, epoch=3, seq=5)
        return len(viewer.frames) > 1

    until(next_is_shown, "the next good one", 10)
