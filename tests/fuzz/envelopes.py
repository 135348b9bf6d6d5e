"""Invalid frames, read by a worker and by the page."""

import json
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from ingest.encoding.scaling import Scaler
from ingest.encoding.tiles import encode_tiles
from shared import envelope
from shared.envelope import BadEnvelope, Blobs
from shared.renditions import Region
from tests.fuzz.bsread_messages import DEMAND, GOOD_MESSAGE, MESSAGE_WITH_BAD_PIXELS, Ingest
from tests.fuzz.harness import RunInput
from tests.fuzz.mutate import damage_bytes, mutate_json, random_value, to_damaged_json
from tests.support.processes import ROOT
from web.fanout.messages import Frame
from web.fanout.tiles import RegionTiles, TileMosaic
from web.image_files import FILE_TYPES, UnsupportedPixels, file_name, write_file
from web.routes.responses import frame_headers

BATCH = 500
"""The number of messages that are sent to the page's reader at once."""
SCHEMA = {"hash": "h", "channels": [{"name": "n", "type": "float64", "shape": [1], "unit": "mm"}]}


def create_frames() -> list[bytes]:
    """Return envelopes of pictures, of tiles, and of arrays of every type."""
    ingest = Ingest()
    frames = [
        frame.message
        for parts in (GOOD_MESSAGE, MESSAGE_WITH_BAD_PIXELS)
        for frame in ingest.take(parts)
    ]
    ingest.close()
    blobs = Blobs()
    types = [
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
    values: dict[str, Any] = {t: blobs.add_array(np.arange(6).astype(t)) for t in types}
    values |= {"n": 5.5, "t": "text", "none": None, "wide": "9007199254740993"}
    values["large"] = {"dtype": "float64", "shape": [10**6]}
    header = {"stream": "camera", "rendition": "full", "epoch": 3, "seq": 4, "pulse_id": 5}
    header |= {"t_source": 1.7e9, "t_received": 1.7e9, "t_published": 1.7e9, "schema": "h"}
    header |= {"pulses": {"pulse_id": [5], "t_source": [1.7e9], "values": {"n": [5.5]}}}
    frames.append(envelope.pack({**header, "values": values, "image": None}, blobs))
    pixels = np.arange(300 * 600).reshape(300, 600) % 4096
    for image_pixels in (
        pixels.astype("u2"),
        pixels.astype("f4"),
        np.stack([pixels] * 3, 2).astype("u1"),
    ):
        blobs = Blobs()
        facts = Scaler().scale(image_pixels, 0, 4000)[1]
        image = encode_tiles(image_pixels, facts, DEMAND.images[""].regions, 2**24).add_to(blobs)
        image |= {"channel": "image", "left_out": 0}
        frames.append(envelope.pack({**header, "values": {"n": 1.5}, "image": image}, blobs))
    return frames


FRAMES = create_frames()


def hostile_message(rng: Random) -> bytes:
    """Return a message for a frames channel, with random damage."""
    if rng.random() < 0.03:
        return rng.randbytes(rng.randrange(40))
    message = rng.choice(FRAMES)
    header, body = envelope.unpack(message)
    blobs = bytes(body)
    where = rng.random()
    if where < 0.6:
        header = mutate_json(rng, header, 3)
    if where < 0.15:
        header = random_value(rng) if where < 0.01 else header
    if where > 0.5:
        blobs = damage_bytes(rng, blobs)
    text = to_damaged_json(rng, header) if where < 0.6 else json.dumps(header).encode()
    length = len(text) if rng.random() < 0.95 else rng.choice((0, 1, 2**31, 2**32 - 1, 50))
    return struct.pack("<I", length) + text + bytes(-(4 + len(text)) % 8) + blobs


@contextmanager
def in_a_worker() -> Iterator[RunInput]:
    """Check that a worker can use each message as a frame and a file, or raises BadEnvelope."""

    def run_input(rng: Random) -> None:
        region = Region(*rng.choice(((0, 0, 1, 1), (0, 0, 9999, 9999), (1, 1, 2, 2))))
        try:
            frame = Frame("camera", hostile_message(rng))
            assert frame.packed
            assert frame.pulses.packed(dropped=1)
            assert isinstance(frame.jpeg, bytes | None)
            assert hash(frame.key)
            assert all(name.isascii() for name in frame_headers(frame.header).values())
            part = RegionTiles(frame).select(region)
            mosaic = TileMosaic(part) if part.header.get("image") else None
            if mosaic and not mosaic.is_whole:
                return
            ending = rng.choice(tuple(FILE_TYPES))
            if mosaic is None:
                ending = "h5"
            elif ending == "h5" and rng.random() < 0.8:
                ending = "npy"  # takes a twentieth of the time
            assert file_name(part, ending).isascii()
            schema = mutate_json(rng, SCHEMA) if rng.random() < 0.3 else SCHEMA
            schema = schema if isinstance(schema, dict) else {}
            assert write_file(FILE_TYPES[ending], part, mosaic, schema)
        except (BadEnvelope, UnsupportedPixels) as error:
            assert str(error)

    yield run_input


@contextmanager
def in_the_page() -> Iterator[RunInput]:
    """Check that the page's modules read such messages, and throw nothing but BadEnvelope."""
    node = Path(sys.executable).parent / "node"
    script = ROOT / "tests" / "fuzz" / "envelopes.mjs"
    reader = subprocess.Popen([node, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert reader.stdin
    assert reader.stdout

    def run_input(rng: Random) -> int:
        messages = [hostile_message(rng) or b"x" for _ in range(BATCH)]
        for message in messages:
            reader.stdin.write(struct.pack("<I", len(message)) + message)
        reader.stdin.write(struct.pack("<I", 0))
        reader.stdin.flush()
        answer = json.loads(reader.stdout.readline())
        assert answer["read"] == BATCH
        assert not answer["faults"], answer["faults"][:3]
        assert answer["slowest_ms"] < 5000, answer
        assert answer["memory_mb"] < 1500, answer
        return BATCH

    try:
        yield run_input
    finally:
        reader.stdin.close()
        reader.wait(20)
    assert reader.returncode == 0
