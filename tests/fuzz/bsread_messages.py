"""Damaged bsread messages in ingest, from raw parts to the envelope; and damaged compressed parts
alone."""

import struct
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import lru_cache
from random import Random
from typing import Any

import lz4.block
import numpy as np
import orjson

from ingest.bsread.channel import read_channel
from ingest.bsread.message import BadMessage, Pulse, read_data_header, read_main_header
from ingest.demand import Demand
from ingest.encoding.image_encoder import ImageEncoder
from ingest.encoding.images import Images
from ingest.encoding.scaling import CannotRender
from ingest.encoding.tiles import encode_tiles
from ingest.encoding.values import read_values
from ingest.mailbox import Mailbox
from shared import envelope
from shared.compression import BadData, check_compressed
from shared.renditions import PICTURE_SIZES, Rendition
from tests.fuzz.harness import RunInput
from tests.fuzz.mutate import (
    NUMBERS,
    damage_bytes,
    mutate_json,
    random_value,
    reorder_parts,
    to_damaged_json,
)
from tests.support.messages import GOOD_IMAGE, Wired, channel, message
from web.fanout.messages import Frame
from web.fanout.tiles import TileMosaic

TYPES = [
    "bool",
    "int8",
    "uint8",
    "int16",
    "uint16",
    "int32",
    "uint32",
    "int64",
    "uint64",
    "float32",
    "float64",
]
SHAPES = ((), (5,), (6, 8), (1, 9), (9, 1), (4, 5, 3), (300, 2), (2, 3, 4), (64, 70))
DEMAND = Demand(
    [
        *(Rendition(size) for size in PICTURE_SIZES),
        Rendition.parse("half@image"),
        Rendition.parse("precise:0,0,9999,9999"),
        Rendition.parse("full@<script>alert(1)</script>"),
    ]
)
MAIN = {"htype": "bsr_m-1.1", "pulse_id": 5, "hash": "h"}
MAIN |= {"global_timestamp": {"sec": 1_700_000_000, "ns": 5}}
BOMB = lz4.block.compress(bytes(2**22), store_size=False)


def create_channels() -> list[Wired]:
    """Return valid channels of all types, shapes, encodings and compressions."""
    made = []
    for dtype in TYPES:
        for shape in SHAPES:
            array = (np.arange(np.prod(shape)) * 7 % 50).reshape(shape).astype(dtype)
            for encoding in ("little", "big"):
                for compression in ("none", "lz4", "bitshuffle_lz4"):
                    name = "image" if len(shape) == 2 else f"{dtype}{len(shape)}"
                    made.append(channel(name, array, encoding, compression))
    floats = np.array([np.nan, np.inf, -np.inf, 1e308, -1e308, 5e-324, 0.0, -0.0]).reshape(2, 4)
    made += [channel("image", floats), channel("f", floats[0])]
    made += [
        channel("text", text, compression=c)
        for text in ("", "spot", "é" * 40)
        for c in ("none", "lz4", "bitshuffle_lz4")
    ]
    return made


CHANNELS = create_channels()
GOOD_MESSAGE = message(
    7, channel("image", GOOD_IMAGE), channel("n", np.float64(5.25)), channel("t", "x")
)
MESSAGE_WITH_BAD_PIXELS = message(
    8, channel("image", np.where(GOOD_IMAGE % 70, GOOD_IMAGE, np.nan).astype("f4"))
)


class Ingest:
    """The processing of a message in ingest, without its threads."""

    def __init__(self) -> None:
        self.layout_of = lru_cache(4)(read_data_header)
        self.mailbox = Mailbox(image_wait_s=0)
        self.images = Images()
        self.encoder = ImageEncoder(80)

    def close(self) -> None:
        self.encoder.close()

    def take(self, parts: list[bytes]) -> list[Frame]:
        """Return the frames of a message; raise BadMessage."""
        header = read_main_header(parts[0] if parts else b"")
        if len(parts) < 2:
            raise BadMessage("bad_data_header", "none")
        layout = self.layout_of(parts[1], header.compression)
        orjson.dumps(layout.describe())
        now = time.monotonic()
        self.mailbox.put(
            Pulse(header.pulse_id, header.t_source, now, layout, parts[2::2], DEMAND.images)
        )
        taken = self.mailbox.take(0)
        assert taken
        newest, pulses = taken
        contents = read_values(newest, pulses, check_fault_text)
        fields = {"stream": "camera", "epoch": 1, "seq": 1, "t_received": 1.0, "pulse_id": 5}
        fields |= {"values": contents.values, "pulses": contents.pulses}
        frames = []
        for task in self.images.create_tasks(newest, pulses, DEMAND, check_fault_text):
            pictures: list[Any] = []
            if task.pixels is not None:
                try:
                    self.encoder.encode(task)
                    pictures = [*task.jpegs.values()]
                    if task.tile_slot and task.facts:
                        pictures.append(
                            encode_tiles(task.pixels, task.facts, task.demand.regions, 2**20)
                        )
                except CannotRender:
                    pass
            if task.tile_slot:
                task.tile_slot.budget.finish(0.0, 0.0)
            for picture in pictures:
                blobs = contents.blobs()
                image = {"channel": task.channel, **picture.add_to(blobs)}
                frames.append(Frame("camera", envelope.pack({**fields, "image": image}, blobs)))
        return frames


def check_fault_text(kind: str, text: str) -> None:
    """Check that the text of a fault is short."""
    assert len(text) < 3000, (kind, len(text))


def hostile_data(rng: Random, part: Wired) -> bytes:
    """Return damaged data of a channel, or random data."""
    match rng.randrange(6):
        case 0:
            return rng.randbytes(rng.choice((0, 1, 3, 4, 8, 11, 12, 13, 16, 97, 1000)))
        case 1:
            order = rng.choice("<>")
            size = rng.choice(NUMBERS) & 0xFFFFFFFF
            return struct.pack(f"{order}I", size) + rng.choice((BOMB, part.data[4:]))
        case 2:
            size = rng.choice((*NUMBERS[:-2], len(part.data), 2000)) & (2**63 - 1)
            block = rng.choice(NUMBERS) & 0x7FFFFFFF
            return struct.pack(">qi", size, block) + rng.choice((part.data[12:], bytes(50)))
        case 3:
            size = struct.pack(">q", 8 * rng.randrange(1, 300))
            block = struct.pack(">i", 8 * rng.choice((1, 8, 64, 1024)))
            packed = lz4.block.compress(rng.randbytes(64), store_size=False)
            length = struct.pack(">I", len(packed) + rng.choice((0, 0, -1, 1, 2**31)) & 2**32 - 1)
            return size + block + (length + packed) * rng.randrange(1, 4)
        case 4:
            return part.data[:4] + damage_bytes(rng, part.data[4:])
        case _:
            return damage_bytes(rng, part.data)


def hostile_message(rng: Random) -> list[bytes]:
    """Return a message with damage in one or several parts."""
    if rng.random() < 0.03:
        return [rng.randbytes(rng.randrange(60)) for _ in range(rng.randrange(6))]
    channels = [rng.choice(CHANNELS) for _ in range(rng.choice((1, 1, 2, 3, 5)))]
    main: Any = MAIN | {"pulse_id": rng.choice((1, 5, 6, rng.randrange(2**40)))}
    described: Any = {"htype": "bsr_d-1.1", "channels": [each.entry for each in channels]}
    data = [each.data for each in channels]
    where = rng.random()
    if where < 0.1:
        main = mutate_json(rng, main)
    elif where < 0.5:
        described = mutate_json(rng, described, 3)
    if where > 0.4:
        at = rng.randrange(len(data))
        data[at] = hostile_data(rng, channels[at])
    parts = [
        to_damaged_json(rng, main) if where < 0.1 else orjson.dumps(main),
        to_damaged_json(rng, described) if where < 0.5 else orjson.dumps(described),
    ]
    for part in data:
        parts += [part, bytes(16)]
    if rng.random() < 0.05:
        plain = parts[1]
        parts[0] = orjson.dumps({**MAIN, "dh_compression": rng.choice(("lz4", "bitshuffle_lz4"))})
        small = struct.pack(">I", len(plain)) + lz4.block.compress(plain, store_size=False)
        parts[1] = small if rng.random() < 0.3 else hostile_data(rng, Wired({}, small))
    return reorder_parts(rng, parts) if rng.random() < 0.1 else parts


@contextmanager
def messages() -> Iterator[RunInput]:
    """Check that each message is decoded or raises BadMessage, and does not affect a valid message
    after it."""
    with closing(Ingest()) as ingest:

        def run_input(rng: Random) -> None:
            try:
                for frame in ingest.take(hostile_message(rng)):
                    if frame.header["image"]["format"] == "tiles":
                        assert TileMosaic(frame).pixels().size
            except BadMessage as error:
                assert len(str(error)) < 1000
            if rng.random() < 0.01:
                frames = ingest.take(GOOD_MESSAGE)
                assert len(frames) == len(PICTURE_SIZES) + 1, len(frames)
                assert frames[0].header["values"] == {"n": 5.25, "t": "x"}
                tiles = [f for f in frames if f.header["image"]["format"] == "tiles"]
                assert (TileMosaic(tiles[0]).pixels() == GOOD_IMAGE).all()

        yield run_input


@contextmanager
def parts() -> Iterator[RunInput]:
    """Check that a part is decoded as its channel declares, or raises BadData."""

    def run_input(rng: Random) -> None:
        sample = rng.choice(CHANNELS)
        data = hostile_data(rng, sample)
        entry = mutate_json(rng, sample.entry, 1) if rng.random() < 0.3 else sample.entry
        made = read_channel(entry if isinstance(entry, dict) else {"type": random_value(rng)}, "c")
        try:
            found = made.value(data)
            if isinstance(found, np.ndarray):
                assert made.has_variable_size or found.shape == made.shape[::-1]
                assert found.dtype.name == made.type
        except BadData as error:
            assert len(str(error)) < 500
        try:
            limit = rng.choice((100, 10_000))
            assert len(
                check_compressed(data, rng.choice(("lz4", "bitshuffle_lz4")), "big", 1, None, limit)
            ) <= len(data)
        except BadData:
            pass

    yield run_input
