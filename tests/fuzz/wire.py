"""The path of a bsread message through ingest, from its raw parts to the envelope; and compressed
parts alone."""

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
from tests.fuzz.harness import One
from tests.fuzz.mutate import NUMBERS, changed, damaged, json_bytes, reordered, value
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
ASKED = Demand(
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


def wired() -> list[Wired]:
    """Return well-formed channels of all kinds."""
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


WIRED = wired()
GOOD = message(7, channel("image", GOOD_IMAGE), channel("n", np.float64(5.25)), channel("t", "x"))


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
        """Return the frames of a message; raises BadMessage."""
        header = read_main_header(parts[0] if parts else b"")
        if len(parts) < 2:
            raise BadMessage("bad_data_header", "none")
        layout = self.layout_of(parts[1], header.compression)
        orjson.dumps(layout.describe())
        now = time.monotonic()
        self.mailbox.put(
            Pulse(header.pulse_id, header.t_source, now, layout, parts[2::2], ASKED.images)
        )
        taken = self.mailbox.take(0)
        assert taken
        newest, pulses = taken
        contents = read_values(newest, pulses, no_matter)
        fields = {"stream": "camera", "epoch": 1, "seq": 1, "t_received": 1.0, "pulse_id": 5}
        fields |= {"values": contents.values, "pulses": contents.pulses}
        frames = []
        for task in self.images.create_tasks(newest, pulses, ASKED, no_matter):
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


def no_matter(kind: str, text: str) -> None:
    """Check that the text of a fault is short, and one line."""
    assert len(text) < 3000, (kind, len(text))


def hostile(chance: Random, part: Wired) -> bytes:
    """Return the data of a channel, often damaged."""
    match chance.randrange(6):
        case 0:
            return chance.randbytes(chance.choice((0, 1, 3, 4, 8, 11, 12, 13, 16, 97, 1000)))
        case 1:
            order = chance.choice("<>")
            size = chance.choice(NUMBERS) & 0xFFFFFFFF
            return struct.pack(f"{order}I", size) + chance.choice((BOMB, part.data[4:]))
        case 2:
            size = chance.choice((*NUMBERS[:-2], len(part.data), 2000)) & (2**63 - 1)
            block = chance.choice(NUMBERS) & 0x7FFFFFFF
            return struct.pack(">qi", size, block) + chance.choice((part.data[12:], bytes(50)))
        case 3:
            size = struct.pack(">q", 8 * chance.randrange(1, 300))
            block = struct.pack(">i", 8 * chance.choice((1, 8, 64, 1024)))
            packed = lz4.block.compress(chance.randbytes(64), store_size=False)
            length = struct.pack(
                ">I", len(packed) + chance.choice((0, 0, -1, 1, 2**31)) & 2**32 - 1
            )
            return size + block + (length + packed) * chance.randrange(1, 4)
        case 4:
            return part.data[:4] + damaged(chance, part.data[4:])
        case _:
            return damaged(chance, part.data)


def hostile_message(chance: Random) -> list[bytes]:
    """Return a message with errors."""
    if chance.random() < 0.03:
        return [chance.randbytes(chance.randrange(60)) for _ in range(chance.randrange(6))]
    channels = [chance.choice(WIRED) for _ in range(chance.choice((1, 1, 2, 3, 5)))]
    main: Any = MAIN | {"pulse_id": chance.choice((1, 5, 6, chance.randrange(2**40)))}
    described: Any = {"htype": "bsr_d-1.1", "channels": [each.entry for each in channels]}
    data = [each.data for each in channels]
    where = chance.random()
    if where < 0.1:
        main = changed(chance, main)
    elif where < 0.5:
        described = changed(chance, described, 3)
    if where > 0.4:
        at = chance.randrange(len(data))
        data[at] = hostile(chance, channels[at])
    parts = [
        json_bytes(chance, main) if where < 0.1 else orjson.dumps(main),
        json_bytes(chance, described) if where < 0.5 else orjson.dumps(described),
    ]
    for part in data:
        parts += [part, bytes(16)]
    if chance.random() < 0.05:
        plain = parts[1]
        parts[0] = orjson.dumps(
            {**MAIN, "dh_compression": chance.choice(("lz4", "bitshuffle_lz4"))}
        )
        small = struct.pack(">I", len(plain)) + lz4.block.compress(plain, store_size=False)
        parts[1] = small if chance.random() < 0.3 else hostile(chance, Wired({}, small))
    return reordered(chance, parts) if chance.random() < 0.1 else parts


@contextmanager
def messages() -> Iterator[One]:
    """Every message is decoded as far as possible, or raises BadMessage; a valid one after it is
    decoded."""
    with closing(Ingest()) as ingest:

        def one(chance: Random) -> None:
            try:
                for frame in ingest.take(hostile_message(chance)):
                    if frame.header["image"]["format"] == "tiles":
                        assert TileMosaic(frame).pixels().size
            except BadMessage as error:
                assert len(str(error)) < 1000
            if chance.random() < 0.01:
                frames = ingest.take(GOOD)
                assert len(frames) == 4, len(frames)
                assert frames[0].header["values"] == {"n": 5.25, "t": "x"}
                tiles = [f for f in frames if f.header["image"]["format"] == "tiles"]
                assert (TileMosaic(tiles[0]).pixels() == GOOD_IMAGE).all()

        yield one


@contextmanager
def parts() -> Iterator[One]:
    """A part is decoded to what its channel announces, or raises BadData."""

    def one(chance: Random) -> None:
        sample = chance.choice(WIRED)
        data = hostile(chance, sample)
        entry = changed(chance, sample.entry, 1) if chance.random() < 0.3 else sample.entry
        made = read_channel(entry if isinstance(entry, dict) else {"type": value(chance)}, "c")
        try:
            found = made.value(data)
            if isinstance(found, np.ndarray):
                assert made.has_variable_size or found.shape == made.shape[::-1]
                assert found.dtype.name == made.type
        except BadData as error:
            assert len(str(error)) < 500
        try:
            limit = chance.choice((100, 10_000))
            assert len(
                check_compressed(
                    data, chance.choice(("lz4", "bitshuffle_lz4")), "big", 1, None, limit
                )
            ) <= len(data)
        except BadData:
            pass

    yield one
