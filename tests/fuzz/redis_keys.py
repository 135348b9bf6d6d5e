"""Invalid data in Redis: in every key that a worker and ingest read, and on frames channels."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from shared.broker import Broker, connect
from shared.envelope import Blobs, pack, unpack
from shared.leases import count as count_leases
from shared.leases import write_lease
from shared.redis_keys import RedisKeys
from shared.renditions import BadRendition, Rendition
from tests.fuzz import envelopes
from tests.fuzz.harness import RunInput
from tests.fuzz.mutate import NUMBERS, TEXTS, mutate_json, random_value, to_damaged_json
from tests.support.processes import RedisServer
from tests.support.waiting import until
from web.fanout.messages import Event
from web.fanout.relay import Relays
from web.fanout.viewers import HttpViewer
from web.metrics import FAULTS
from web.streams import check_image, is_known, known_streams, read_schema, read_status

names = RedisKeys()

STATUS = {"source": "tcp://a:1", "state": "live", "fps_in": "25.0", "errors": "{}", "epoch": "3"}
BATCH = 500
"""The number of messages on a channel between two valid ones."""


def random_text(rng: Random) -> bytes:
    """Return a random field, member or name."""
    if rng.random() < 0.3:
        return rng.randbytes(rng.randrange(12))
    return str(rng.choice((*TEXTS, *NUMBERS))).encode("utf-8", "surrogatepass")


def fill_key(rng: Random, pipeline: Any, key: str) -> None:
    """Set a key to a random value of any type."""
    pipeline.delete(key)
    match rng.randrange(6):
        case 0:
            pipeline.set(key, to_damaged_json(rng, random_value(rng)))
        case 1:
            pipeline.set(key, random_text(rng))
        case 2:
            pipeline.lpush(key, random_text(rng))
        case 3:
            pipeline.zadd(key, {random_text(rng): rng.uniform(-1e9, 1e9), "camera": 1.0})
        case 4:
            pipeline.sadd(key, random_text(rng))
        case _:
            pipeline.hset(
                key, mapping={random_text(rng): random_text(rng), b"a": to_damaged_json(rng, {})}
            )


def random_lease(rng: Random, now: int) -> bytes:
    """Return a lease, usually malformed."""
    count = rng.choice((1, 2, 999, 0, -1, "1e3", "0x10", 10**9, "nan", "inf", ""))
    expires = now + rng.choice((30, 60, -5, 30.5, 10**6, 10**30))  # none during the check
    expires_text = rng.choice((expires, f"{expires:.3f}", "1e12", "inf", "", "9" * 400))
    renditions = "full", "quarter@CAM2", "precise:0,0,3,2", "precise:00,0,1,1"
    rendition = rng.choice(("", *TEXTS, *renditions))
    text = f"{count} {expires_text} {rendition}".rstrip(" " if rng.random() < 0.9 else "")
    data = text.encode("utf-8", "surrogatepass")
    return data if rng.random() < 0.8 else data + random_text(rng)


@contextmanager
def leases() -> Iterator[RunInput]:
    """Check that valid leases are counted beside any malformed ones."""
    server = RedisServer()
    broker = connect(server.url)

    def run_input(rng: Random) -> None:
        stream = "camera"
        broker.flushdb()
        now = int(broker.time()[0])
        pipeline = broker.pipeline(transaction=False)
        for _ in range(rng.randrange(4)):
            pipeline.hset(names.leases(stream), random_text(rng) or b"x", random_lease(rng, now))
        pipeline.hset(names.leases(stream), "good", f"2 {now + 60} half@CAM")
        if rng.random() < 0.2:
            for key in (names.viewers(stream), names.asked(stream)):
                fill_key(rng, pipeline, key)
        broken = rng.random() < 0.05
        if broken:
            fill_key(rng, pipeline, names.leases(stream))
        pipeline.execute()
        found = write_lease(broker, stream, "me", 3, "full")
        if not broken:
            assert found.renditions[Rendition("half", "CAM")] >= 2
        assert found.renditions[Rendition("full")] >= 3
        assert found.viewers == int(broker.get(names.viewers(stream)) or 0)
        again = count_leases(broker, stream)
        assert (again.viewers, again.renditions) == (found.viewers, found.renditions)

    try:
        yield run_input
    finally:
        server.stop()


def random_status(rng: Random) -> dict[bytes, bytes]:
    """Return a status hash with some invalid fields."""
    fields = {name.encode(): text.encode() for name, text in STATUS.items()}
    for _ in range(rng.randrange(1, 4)):
        key = rng.choice((*fields, b"viewers", b"stream", b"dropped", random_text(rng)))
        fields[key] = (
            to_damaged_json(rng, random_value(rng)) if rng.random() < 0.5 else random_text(rng)
        )
    return fields


@contextmanager
def readers() -> Iterator[RunInput]:
    """Check that any content of the keys can be sent to a browser, or is an error of Redis."""
    server = RedisServer()
    broker = connect(server.url)
    keys = names.status, names.schema, names.viewers, names.standby

    def run_input(rng: Random) -> None:
        pipeline = broker.pipeline(transaction=False)
        for key in (*(key("camera") for key in keys), names.streams):
            if rng.random() < 0.2:
                fill_key(rng, pipeline, key)
            elif rng.random() < 0.5:
                pipeline.delete(key)
        if rng.random() < 0.7:
            pipeline.delete(names.status("camera"))
            pipeline.hset(names.status("camera"), mapping=random_status(rng))
        if rng.random() < 0.5:
            schema = mutate_json(rng, envelopes.SCHEMA, 3)
            pipeline.set(names.schema("camera"), to_damaged_json(rng, schema))
        pipeline.execute()
        for read in (read_status, read_schema):
            found: Any = read(broker, "camera")
            if read is read_status:
                assert found["stream"] == "camera"
            assert json.dumps(found).encode()
            assert Event("status", found or {}).packed(dropped=1)
            if read is read_schema:
                try:
                    check_image(rng.choice(TEXTS), found)
                except BadRendition as error:
                    assert len(f"{error} {error.allowed}") < 5000
        assert all(name.isascii() for name in known_streams(broker))
        assert is_known(broker, "camera") in (True, False)

    try:
        yield run_input
    finally:
        server.stop()


@contextmanager
def channel() -> Iterator[RunInput]:
    """Check that a relay forwards the next valid frame after any messages, and counts no fault."""
    server = RedisServer()
    broker = connect(server.url)
    broker.hset(names.status("camera"), mapping=STATUS)
    relays, viewer, rendition = Relays(broker, "fuzz"), HttpViewer(), Rendition()
    relays.watch("camera", rendition, viewer)
    good, faults = envelopes.FRAMES[0], FAULTS.labels("relay")._value

    def run_input(rng: Random) -> int:
        before = faults.get()
        pipeline = broker.pipeline(transaction=False)
        for _ in range(BATCH):
            pipeline.publish(names.frames("camera"), envelopes.hostile_message(rng))
            if rng.random() < 0.1:
                pipeline.publish(names.events, random_text(rng))
        pipeline.execute()

        def arrives() -> bool:
            broker.publish(names.frames("camera"), refresh(good, broker))
            taken = viewer.take(0.1)
            return bool(taken and taken.header.get("fuzz") == "good")

        until(arrives, "a valid frame arrives", 20)
        assert faults.get() == before, "the relay counted a fault"
        return BATCH

    try:
        yield run_input
    finally:
        relays.unwatch("camera", rendition, viewer)
        server.stop()


def refresh(message: bytes, broker: Broker) -> bytes:
    """Return the frame as received just now, by the ingest with the claim."""
    header, body = unpack(message)
    blobs = Blobs()
    blobs.add(bytes(body))
    seconds, microseconds = broker.time()
    fields = {"t_received": seconds + microseconds / 1e6, "epoch": 3, "fuzz": "good"}
    return pack({**header, **fields}, blobs)
