"""Tiles hold the camera's very bits, and only those that are asked for are cut."""

import numpy as np
import pytest

from ingest.encoding.scaling import Facts
from ingest.encoding.tiles import Tiles, covered, encode
from shared import envelope
from shared.renditions import Region
from tests.support.tiles import is_same, read_tiles

FACTS = Facts("?", 0, 1, 0, 1, 0, 0, 0, 0)
WHOLE = Region(0, 0, 9999, 9999)
PLENTY = 10**9


def picture(dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """Any bits at all, NaN and infinity among them."""
    kind = np.dtype(dtype)
    raw = np.random.default_rng(5).bytes(int(np.prod(shape)) * kind.itemsize)
    if kind.kind == "b":
        return (np.frombuffer(raw, np.uint8) % 2 > 0).reshape(shape)
    return np.frombuffer(raw, kind).reshape(shape)


def sent(pixels: np.ndarray, tiles: Tiles) -> dict[tuple[int, int], np.ndarray]:
    """The tiles as they arrive in an envelope behind an array."""
    blobs = envelope.Blobs()
    blobs.add(b"an array")
    image = tiles.put(blobs) | {"dtype": pixels.dtype.name}
    return read_tiles(*envelope.unpack(envelope.pack({"image": image}, blobs)))


@pytest.mark.parametrize("shape", [(1, 1), (3, 7), (256, 256), (257, 511), (300, 700, 3), (1, 999)])
@pytest.mark.parametrize(
    "dtype", ["?", "u1", "i1", "<u2", ">u2", ">i4", "<u8", "<f4", ">f4", "<f8", ">f8"]
)
def test_every_tile_is_the_picture_bit_for_bit(dtype: str, shape: tuple[int, ...]) -> None:
    pixels = picture(dtype, shape)

    tiles = sent(pixels, encode(pixels, FACTS, [WHOLE], PLENTY))

    assert len(tiles) == -(-shape[0] // 256) * -(-shape[1] // 256)
    assert all(is_same(tile, pixels, *place) for place, tile in tiles.items())


def test_pixels_that_are_not_side_by_side_in_memory_are_cut_as_well() -> None:
    pixels = picture("<u2", (600, 1200))[::2, ::-2]

    tiles = sent(pixels, encode(pixels, FACTS, [WHOLE], PLENTY))

    assert all(is_same(tile, pixels, *place) for place, tile in tiles.items())


def test_regions_are_joined_and_each_tile_is_cut_once() -> None:
    tiles = covered([Region(0, 0, 2, 2), Region(1, 1, 3, 2), Region(1, 1, 2, 2)], 1024, 1024)

    assert tiles == [(0, 0), (1, 0), (0, 1), (1, 1), (2, 1)]


def test_a_region_beyond_the_picture_has_the_tiles_that_there_are() -> None:
    assert covered([Region(1, 0, 9999, 9999)], 257, 513) == [(1, 0), (2, 0), (1, 1), (2, 1)]
    assert covered([Region(3, 0, 4, 1)], 257, 513) == []


def test_what_finds_no_room_is_counted_and_what_does_is_whole() -> None:
    pixels = picture("<u2", (512, 512))
    whole = encode(pixels, FACTS, [WHOLE], PLENTY)
    lengths = [len(data) for data in whole.data.values()]

    some = encode(pixels, FACTS, [WHOLE], sum(lengths[:2]) + 100)

    assert list(some.data) == [(0, 0), (1, 0)]
    assert some.left == 2
    assert all(is_same(tile, pixels, *place) for place, tile in sent(pixels, some).items())


def test_the_room_that_is_given_is_what_they_take_at_most() -> None:
    pixels = picture("<u2", (512, 512))
    room = sum(len(data) for data in encode(pixels, FACTS, [WHOLE], PLENTY).data.values())

    for less in range(0, 300, 10):
        blobs = envelope.Blobs()
        image = encode(pixels, FACTS, [WHOLE], room - less).put(blobs)
        with_tiles = len(envelope.pack({"image": image}, blobs))
        without = len(envelope.pack({"image": image | {"tiles": []}}, envelope.Blobs()))
        assert with_tiles - without <= room - less
