"""Tiles contain the camera's values bit for bit, and only requested ones are encoded."""

import numpy as np
import pytest

from ingest.encoding.scaling import Facts
from ingest.encoding.tiles import Tiles, encode_tiles, find_tiles
from shared import envelope
from shared.renditions import Region
from tests.support.tiles import is_same, read_tiles

FACTS = Facts("?", 0, 1, 0, 1, 0, 0, 0, 0)
WHOLE = Region(0, 0, 9999, 9999)
UNLIMITED = 10**9


def picture(dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """Return pixels of random bits, including NaN and infinity."""
    kind = np.dtype(dtype)
    raw = np.random.default_rng(5).bytes(int(np.prod(shape)) * kind.itemsize)
    if kind.kind == "b":
        return (np.frombuffer(raw, np.uint8) % 2 > 0).reshape(shape)
    return np.frombuffer(raw, kind).reshape(shape)


def transmit(pixels: np.ndarray, tiles: Tiles) -> dict[tuple[int, int], np.ndarray]:
    """Return the tiles as received in an envelope behind an array."""
    blobs = envelope.Blobs()
    blobs.add(b"an array")
    image = tiles.add_to(blobs) | {"dtype": pixels.dtype.name}
    return read_tiles(*envelope.unpack(envelope.pack({"image": image}, blobs)))


@pytest.mark.parametrize("shape", [(1, 1), (3, 7), (256, 256), (257, 511), (300, 700, 3), (1, 999)])
@pytest.mark.parametrize(
    "dtype", ["?", "u1", "i1", "<u2", ">u2", ">i4", "<u8", "<f4", ">f4", "<f8", ">f8"]
)
def test_every_tile_is_the_picture_bit_for_bit(dtype: str, shape: tuple[int, ...]) -> None:
    pixels = picture(dtype, shape)

    tiles = transmit(pixels, encode_tiles(pixels, FACTS, [WHOLE], UNLIMITED))

    assert len(tiles) == -(-shape[0] // 256) * -(-shape[1] // 256)
    assert all(is_same(tile, pixels, *place) for place, tile in tiles.items())


def test_pixels_that_are_not_contiguous_are_encoded_as_well() -> None:
    pixels = picture("<u2", (600, 1200))[::2, ::-2]

    tiles = transmit(pixels, encode_tiles(pixels, FACTS, [WHOLE], UNLIMITED))

    assert all(is_same(tile, pixels, *place) for place, tile in tiles.items())


def test_regions_are_joined_and_each_tile_is_encoded_once() -> None:
    tiles = find_tiles([Region(0, 0, 2, 2), Region(1, 1, 3, 2), Region(1, 1, 2, 2)], 1024, 1024)

    assert tiles == [(0, 0), (1, 0), (0, 1), (1, 1), (2, 1)]


def test_a_region_beyond_the_image_has_the_tiles_that_exist() -> None:
    assert find_tiles([Region(1, 0, 9999, 9999)], 257, 513) == [(1, 0), (2, 0), (1, 1), (2, 1)]
    assert find_tiles([Region(3, 0, 4, 1)], 257, 513) == []


def test_tiles_that_do_not_fit_are_counted_and_the_others_are_complete() -> None:
    pixels = picture("<u2", (512, 512))
    whole = encode_tiles(pixels, FACTS, [WHOLE], UNLIMITED)
    lengths = [len(data) for data in whole.data.values()]

    some = encode_tiles(pixels, FACTS, [WHOLE], sum(lengths[:2]) + 100)

    assert list(some.data) == [(0, 0), (1, 0)]
    assert some.tiles_left == 2
    assert all(is_same(tile, pixels, *place) for place, tile in transmit(pixels, some).items())


def test_tiles_never_take_more_than_the_size_that_they_may_have() -> None:
    pixels = picture("<u2", (512, 512))
    max_bytes = sum(
        len(data) for data in encode_tiles(pixels, FACTS, [WHOLE], UNLIMITED).data.values()
    )

    for less in range(0, 300, 10):
        blobs = envelope.Blobs()
        image = encode_tiles(pixels, FACTS, [WHOLE], max_bytes - less).add_to(blobs)
        with_tiles = len(envelope.pack({"image": image}, blobs))
        without = len(envelope.pack({"image": image | {"tiles": []}}, envelope.Blobs()))
        assert with_tiles - without <= max_bytes - less
