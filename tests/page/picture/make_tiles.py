"""Pack tiles.bin, the bitshuffle samples that the page's tests read. Run this after changing it.

The tests compute the same numbers: `numbers` here is `numbers` in samples.mjs.
"""

import io
import pathlib
import struct
import sys

import bitshuffle
import bitshuffle.h5
import h5py
import numpy as np
from bsread.data.compression import BitshuffleLZ4

ROOT = pathlib.Path(__file__).parents[3]
sys.path.insert(0, str(ROOT))

from shared import envelope  # noqa: E402

DTYPES = ("bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
DTYPES += ("float32", "float64")
SIZES = ("uint8", "uint16", "float32", "float64")
"""one type of each number of bytes"""
COUNTS = (1, 7, 8, 9, 31, 2003)
WIDTH, HEIGHT, TILE = 150, 100, 64


def numbers(count: int, dtype: str) -> np.ndarray:
    """Return noise of three bits: from 100, or from -4 if signed, or from -2 in halves."""
    noise = (np.arange(count, dtype=np.uint32) * np.uint32(2654435761)) >> np.uint32(29)
    match np.dtype(dtype).kind:
        case "b":
            return noise > 3
        case "u":
            return (noise + 100).astype(dtype)
        case "i":
            return (noise.astype(int) - 4).astype(dtype)
    return (noise / 2 - 2).astype(dtype)


def as_bsread_does(array: np.ndarray) -> bytes:
    return BitshuffleLZ4.pack_data(array, array.dtype)


def in_blocks(array: np.ndarray, elements: int) -> bytes:
    head = struct.pack(">qi", array.nbytes, elements * array.itemsize)
    return head + bitshuffle.compress_lz4(array, elements).tobytes()


def as_hdf5_does(array: np.ndarray) -> bytes:
    with h5py.File(io.BytesIO(), "w") as file:
        data = file.create_dataset(
            "data",
            data=array,
            chunks=array.shape,
            compression=bitshuffle.h5.H5FILTER,
            compression_opts=(0, bitshuffle.h5.H5_COMPRESS_LZ4),
        )
        return data.id.read_direct_chunk((0,))[1]


def picture() -> np.ndarray:
    """(HEIGHT, WIDTH), uint16; 400 more with each column, and noise."""
    ramp = 400 * np.arange(WIDTH, dtype=np.uint16)
    return ramp + numbers(WIDTH * HEIGHT, "uint16").reshape(HEIGHT, WIDTH)


def sample() -> bytes:
    blobs = envelope.Blobs()

    def entry(array: np.ndarray, data: bytes) -> dict[str, object]:
        return {"dtype": array.dtype.name, "count": array.size, **blobs.add(data)}

    arrays = [numbers(250, dtype) for dtype in DTYPES]
    arrays += [numbers(count, dtype) for dtype in SIZES for count in COUNTS]
    wide = numbers(COUNTS[-1], "uint16")
    samples = [entry(array, as_bsread_does(array)) for array in arrays]
    samples += [entry(wide, in_blocks(wide, elements)) for elements in (8, 512, 4096)]
    samples += [entry(wide, as_hdf5_does(wide))]
    pixels = picture()
    tiles = [
        [column, row, *blobs.add(as_bsread_does(np.ascontiguousarray(tile))).values()]
        for row, rows in enumerate(np.split(pixels, range(TILE, HEIGHT, TILE)))
        for column, tile in enumerate(np.split(rows, range(TILE, WIDTH, TILE), axis=1))
    ]
    image = {
        "width": WIDTH,
        "height": HEIGHT,
        "dtype": pixels.dtype.name,
        "encoding": "bitshuffle_lz4",
        "tile": TILE,
        "tiles": tiles,
    }
    return envelope.pack({"image": image, "samples": samples}, blobs)


if __name__ == "__main__":
    pathlib.Path(__file__).with_name("tiles.bin").write_bytes(sample())
