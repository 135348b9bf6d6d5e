"""Invalid data in Redis: in every key that a worker and ingest read, and on frames channels."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from shared import gate
from shared.broker import Broker, connect
from shared.envelope import Blobs, pack, unpack
from shared.redis_keys import RedisKeys
from shared.renditions import BadRendition, Rendition
from tests.fuzz import envelopes
from tests.fuzz.harness import One
from tests.fuzz.mutate import NUMBERS, TEXTS, changed, json_bytes, value
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
"""messages on a channel between two good ones"""


def text(chance: Random) -> bytes:
    """A field, a member, a name."""
    if chance.random() < 0.3:
        return chance.randbytes(chance.randrange(12))
    return str(chance.choice((*TEXTS, *NUMBERS))).encode("utf-8", "surrogatepass")


def fill(chance: Random, ask: Any, key: str) -> None:
    """Puts something of any type there."""
    ask.delete(key)
    match chance.randrange(6):
        case 0:
            ask.set(key, json_bytes(chance, value(chance)))
        case 1:
            ask.set(key, text(chance))
        case 2:
            ask.lpush(key, text(chance))
        case 3:
            ask.zadd(key, {text(chance): chance.uniform(-1e9, 1e9), "camera": 1.0})
        case 4:
            ask.sadd(key, text(chance))
        case _:
            ask.hset(key, mapping={text(chance): text(chance), b"a": json_bytes(chance, {})})


def lease(chance: Random, now: int) -> bytes:
    """A lease, or nearly one."""
    count = chance.choice((1, 2, 999, 0, -1, "1e3", "0x10", 10**9, "nan", "inf", ""))
    expires = now + chance.choice((30, 60, -5, 30.5, 10**6, 10**30))  # none while we look
    written = chance.choice((expires, f"{expires:.3f}", "1e12", "inf", "", "9" * 400))
    renditions = "full", "quarter@CAM2", "precise:0,0,3,2", "precise:00,0,1,1"
    rendition = chance.choice(("", *TEXTS, *renditions))
    made = f"{count} {written} {rendition}".rstrip(" " if chance.random() < 0.9 else "")
    data = made.encode("utf-8", "surrogatepass")
    return data if chance.random() < 0.8 else data + text(chance)


@contextmanager
def leases() -> Iterator[One]:
    """However the leases look, those that are some are counted, and nobody's else."""
    server = RedisServer()
    broker = connect(server.url)

    def one(chance: Random) -> None:
        stream = "camera"
        broker.flushdb()
        now = int(broker.time()[0])
        ask = broker.pipeline(transaction=False)
        for _ in range(chance.randrange(4)):
            ask.hset(names.leases(stream), text(chance) or b"x", lease(chance, now))
        ask.hset(names.leases(stream), "good", f"2 {now + 60} half@CAM")
        if chance.random() < 0.2:
            for key in (names.viewers(stream), names.asked(stream)):
                fill(chance, ask, key)
        broken = chance.random() < 0.05
        if broken:
            fill(chance, ask, names.leases(stream))
        ask.execute()
        found = gate.write_lease(broker, stream, "me", 3, "full")
        if not broken:
            assert found.renditions[Rendition("half", "CAM")] >= 2
        assert found.renditions[Rendition("full")] >= 3
        assert found.viewers == int(broker.get(names.viewers(stream)) or 0)
        again = gate.count(broker, stream)
        assert (again.viewers, again.renditions) == (found.viewers, found.renditions)

    try:
        yield one
    finally:
        server.stop()


def status(chance: Random) -> dict[bytes, bytes]:
    """A status hash, with something wrong in it."""
    made = {name.encode(): text.encode() for name, text in STATUS.items()}
    for _ in range(chance.randrange(1, 4)):
        key = chance.choice((*made, b"viewers", b"stream", b"dropped", text(chance)))
        made[key] = json_bytes(chance, value(chance)) if chance.random() < 0.5 else text(chance)
    return made


@contextmanager
def readers() -> Iterator[One]:
    """Whatever the keys hold, it can be told to a browser, or is an error of Redis."""
    server = RedisServer()
    broker = connect(server.url)
    keys = names.status, names.schema, names.viewers, names.standby

    def one(chance: Random) -> None:
        ask = broker.pipeline(transaction=False)
        for key in (*(key("camera") for key in keys), names.streams):
            if chance.random() < 0.2:
                fill(chance, ask, key)
            elif chance.random() < 0.5:
                ask.delete(key)
        if chance.random() < 0.7:
            ask.delete(names.status("camera"))
            ask.hset(names.status("camera"), mapping=status(chance))
        if chance.random() < 0.5:
            schema = changed(chance, envelopes.SCHEMA, 3)
            ask.set(names.schema("camera"), json_bytes(chance, schema))
        ask.execute()
        for read in (read_status, read_schema):
            found: Any = read(broker, "camera")
            if read is read_status:
                assert found["stream"] == "camera"
            assert json.dumps(found).encode()
            assert Event("status", found or {}).packed(dropped=1)
            if read is read_schema:
                try:
                    check_image(chance.choice(TEXTS), found)
                except BadRendition as problem:
                    assert len(f"{problem} {problem.allowed}") < 5000
        assert all(name.isascii() for name in known_streams(broker))
        assert is_known(broker, "camera") in (True, False)

    try:
        yield one
    finally:
        server.stop()


@contextmanager
def channel() -> Iterator[One]:
    """After any messages on its channel a relay hands the next good frame on, and met no fault."""
    server = RedisServer()
    broker = connect(server.url)
    broker.hset(names.status("camera"), mapping=STATUS)
    relays, viewer, rendition = Relays(broker, "fuzz"), HttpViewer(), Rendition()
    relays.watch("camera", rendition, viewer)
    good, faults = envelopes.FRAMES[0], FAULTS.labels("relay")._value

    def one(chance: Random) -> int:
        before = faults.get()
        ask = broker.pipeline(transaction=False)
        for _ in range(BATCH):
            ask.publish(names.frames("camera"), envelopes.hostile(chance))
            if chance.random() < 0.1:
                ask.publish(names.events, text(chance))
        ask.execute()

        def arrives() -> bool:
            broker.publish(names.frames("camera"), now(good, broker))
            taken = viewer.take(0.1)
            return bool(taken and taken.header.get("fuzz") == "good")

        until(arrives, "a good frame", 20)
        assert faults.get() == before, "the relay met a fault"
        return BATCH

    try:
        yield one
    finally:
        relays.unwatch("camera", rendition, viewer)
        server.stop()


def now(message: bytes, broker: Broker) -> bytes:
    """The same, received just now, by the ingest that has the name."""
    header, body = unpack(message)
    blobs = Blobs()
    blobs.add(bytes(body))
    seconds, microseconds = broker.time()
    fields = {"t_received": seconds + microseconds / 1e6, "epoch": 3, "fuzz": "good"}
    return pack({**header, **fields}, blobs)
