"""A region's viewer gets its tiles unchanged; an image is decoded from all tiles or rejected.

``tests/web/test_image_files.py`` has the values of images."""

from typing import Any

import numpy as np
import orjson
import pytest

from shared import envelope
from shared.envelope import BadEnvelope
from shared.renditions import Region
from tests.support import precise_frames
from web.fanout.messages import Frame
from web.fanout.tiles import RegionTiles, TileMosaic


def select(frame: Frame, region: Region) -> Frame:
    """Return the frame with the tiles of one region."""
    return RegionTiles(frame).select(region)


PROFILE = np.arange(5, dtype=np.float32)


def tile(column: int, row: int) -> bytes:
    """Return a tile's bytes, of a different length for each."""
    return b"tile %d %d" % (column, row) * (column + 3 * row + 1)


def message(columns: int, rows: int) -> bytes:
    """Return a frame with ``columns`` × ``rows`` tiles, and an array."""
    blobs, places = envelope.Blobs(), []
    profile = blobs.add_array(PROFILE)
    for row in range(rows):
        for column in range(columns):
            place = blobs.add(tile(column, row))
            places.append([column, row, place["offset"], place["length"]])
    image = {"format": "tiles", "tile": 256, "tiles": places, "tiles_left": 0, "left_out": 7}
    header = {"t_received": 1.5, "seq": 3, "values": {"profile": profile}, "image": image}
    return envelope.pack(header, blobs)


def test_a_header_nested_too_deeply_to_be_written_is_rejected() -> None:
    header, body = envelope.unpack(message(2, 2))
    deep = orjson.dumps({**header, "more": orjson.Fragment("[" * 500 + "]" * 500)})
    frame = Frame("camera", packed(deep, bytes(body)))

    with pytest.raises(BadEnvelope):
        select(frame, Region(0, 0, 1, 1))


def packed(text: bytes, blobs: bytes) -> bytes:
    """Return an envelope with this header."""
    return len(text).to_bytes(4, "little") + text + bytes(-(4 + len(text)) % 8) + blobs


def tiles(frame: Frame) -> dict[tuple[int, int], bytes]:
    """Return the tiles of a frame by column and row."""
    found = {}
    for column, row, offset, length in frame.header["image"]["tiles"]:
        assert offset % 8 == 0
        place = {"offset": offset, "length": length}
        found[column, row] = bytes(envelope.blob(place, frame.body))
    return found


def test_a_regions_frame_has_its_tiles_unchanged() -> None:
    frame = select(Frame("camera", message(4, 3)), Region(1, 1, 3, 9))

    expected = [(1, 1), (2, 1), (1, 2), (2, 2)]
    assert tiles(frame) == {place: tile(*place) for place in expected}


def test_the_rest_of_the_frame_is_unchanged() -> None:
    whole = Frame("camera", message(4, 3))

    frame = select(whole, Region(0, 0, 1, 1))

    del whole.header["image"]["tiles"], frame.header["image"]["tiles"]
    assert frame.header == whole.header
    assert (frame.key, frame.received) == (whole.key, whole.received)
    profile = envelope.array(frame.header["values"]["profile"], frame.body)
    assert np.array_equal(profile, PROFILE)


def test_a_regions_frame_is_smaller_by_the_tiles_that_are_left_out() -> None:
    whole = Frame("camera", message(4, 3))

    frame = select(whole, Region(0, 0, 1, 1))

    assert len(frame.message) < len(whole.message) - sum(
        len(data) for place, data in tiles(whole).items() if place != (0, 0)
    )


def test_a_region_of_all_tiles_gets_the_frame_itself() -> None:
    whole = Frame("camera", message(4, 3))

    assert select(whole, Region(0, 0, 9, 9)) is whole


def test_a_frame_without_a_tile_of_the_region_still_carries_its_values() -> None:
    frame = select(Frame("camera", message(2, 2)), Region(5, 5, 6, 6))

    assert frame.header["image"]["tiles"] == []
    assert np.array_equal(envelope.array(frame.header["values"]["profile"], frame.body), PROFILE)


@pytest.mark.parametrize("image", [None, {"format": "jpeg"}])
def test_a_frame_without_tiles_is_passed_on_itself(image: Any) -> None:
    whole = Frame("camera", envelope.pack({"t_received": 1, "image": image}, envelope.Blobs()))

    assert select(whole, Region(0, 0, 1, 1)) is whole


@pytest.mark.parametrize(
    "places",
    [
        5,
        "tiles",
        {"0": 1},
        [5],
        [[0, 0, 0]],
        [[0, 0, 0, 8, 8]],
        [[0, 0, "0", 8]],
        [[0, 0, 0, 1.5]],
        [[True, 0, 0, 8]],
        [[0, 0, -8, 8], [9, 9, 0, 8]],
        [[0, 0, 0, 99], [9, 9, 0, 8]],
        [[0, 0, 0, -1], [9, 9, 0, 8]],
        [[9, 9, 99, 8]],
    ],
)
def test_invalid_tiles_make_a_frame_unreadable(places: Any) -> None:
    blobs = envelope.Blobs()
    blobs.add(bytes(16))
    frame = Frame("camera", envelope.pack({"t_received": 1, "image": {"tiles": places}}, blobs))

    with pytest.raises(envelope.BadEnvelope):
        select(frame, Region(0, 0, 1, 1))


def test_the_tiles_of_a_region_are_not_copied() -> None:
    whole = Frame("camera", message(4, 3))

    frame = select(whole, Region(0, 0, 2, 1))

    shared = [part for part in frame.parts if isinstance(part, memoryview)]
    assert all(part.obj is whole.message for part in shared)
    assert sum(map(len, shared)) > len(tile(0, 0) + tile(1, 0))
    assert b"".join(frame.packed.parts).endswith(frame.message)


def test_regions_with_the_same_tiles_share_one_frame() -> None:
    region_tiles = RegionTiles(Frame("camera", message(4, 3)))

    outside = {region_tiles.select(Region(n, 9, n + 1, 10)) for n in range(60)}

    assert len(outside) == 1
    assert region_tiles.select(Region(0, 2, 1, 3)) is region_tiles.select(Region(0, 2, 1, 99))


def test_a_regions_frame_of_very_many_pieces_fits_into_one_sendmsg() -> None:
    frame = select(Frame("camera", message(2, 1500)), Region(0, 0, 1, 9999))

    assert len(frame.packed.parts) < 1024, "as many as sendmsg(2) takes"
    assert len(tiles(frame)) == 1500


NOISE = precise_frames.noise("uint8", (300, 300))


def frame_of(pixels: np.ndarray) -> Frame:
    """Return a frame with this image."""
    return Frame("camera", precise_frames.message(pixels))


def test_an_image_with_a_missing_tile_is_not_whole() -> None:
    frame = frame_of(NOISE)
    assert TileMosaic(frame).is_whole

    frame.header["image"]["tiles"].pop()

    assert not TileMosaic(frame).is_whole


def test_an_image_counts_the_tiles_that_did_not_fit() -> None:
    frame = frame_of(NOISE)
    frame.header["image"]["tiles_left"] = 3

    assert (TileMosaic(frame).left, TileMosaic(frame).count) == (3, 4)


@pytest.mark.parametrize(
    "wrong",
    [
        {"width": 0},
        {"width": True},
        {"width": "300"},
        {"width": 299},
        {"height": -1},
        {"height": 10**12},
        {"tile": 0},
        {"tile": None},
        {"samples": 2},
        {"samples": 3},
        {"dtype": "object"},
        {"dtype": "uint16"},
        {"dtype": ["uint8"]},
        {"encoding": "jpeg"},
        {"channel": None},
        {"tiles": [[0, 0, 0, 8], [1, 0, 0, 8], [0, 1, 0, 8], [1, 1, 0, 8]]},
        {"tiles": [[0, 0, 0, 9**9], [1, 0, 0, 8], [0, 1, 0, 8], [1, 1, 0, 8]]},
        {"tiles": [[0, 0, 0, 8], [1, 0, 0, 8], [0, 1, 0, 8], [7, 7, 0, 8]]},
    ],
)
def test_an_invalid_image_is_rejected(wrong: dict[str, Any]) -> None:
    frame = frame_of(NOISE)
    frame.header["image"] |= wrong

    with pytest.raises(BadEnvelope):
        TileMosaic(frame).pixels()


def test_a_changed_byte_of_a_tile_gives_another_image_or_is_rejected() -> None:
    frame = frame_of(np.arange(500, dtype=np.uint16).reshape(20, 25))
    _, _, offset, length = frame.header["image"]["tiles"][0]
    good = bytearray(frame.body)
    for at in range(offset, offset + length):
        for byte in (0, 1, 127, 255):
            frame.body = memoryview(bytes(good[:at] + bytes([byte]) + good[at + 1 :]))
            try:
                assert TileMosaic(frame).pixels().shape == (20, 25)
            except BadEnvelope:
                continue
