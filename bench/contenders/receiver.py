"""What every reader of a bsread stream spends at least: receive, or receive, decode and encode.

``python -m bench.contenders.receiver ADDRESS receive|jpeg``. The second decodes the picture with
bsread's own reader and makes a JPEG with Pillow, of 8-bit pixels that are there already: it does
not scale.
"""

import io
import json
import sys
from typing import Any

import numpy as np
import zmq
from bsread.data.helpers import get_channel_reader
from PIL import Image

from shared.settings import IngestSettings

QUEUE = 32
"""as ingest's"""
IMAGE = 2
"""the part that holds the first channel"""


def main(address: str, task: str) -> None:
    """Receives until it is ended."""
    source = zmq.Context().socket(zmq.PULL)
    source.setsockopt(zmq.RCVHWM, QUEUE)
    source.connect(address)
    read: Any = None
    grey: Any = None
    while True:
        parts = source.recv_multipart(copy=False)
        if task == "receive":
            continue
        if read is None:
            read = _reader(json.loads(parts[1].bytes)["channels"][0])
            grey = Image.fromarray(_grey(read(parts[IMAGE].buffer)))
        read(parts[IMAGE].buffer)
        grey.save(io.BytesIO(), "JPEG", quality=IngestSettings.quality)


def _reader(entry: dict[str, Any]) -> Any:
    return get_channel_reader({**entry, "encoding": "<"})


def _grey(pixels: np.ndarray) -> np.ndarray:
    """The whole range of a picture as 8 bits."""
    low, high = float(pixels.min()), float(pixels.max())
    return ((pixels - low) * (255 / (high - low))).astype(np.uint8)


if __name__ == "__main__":
    main(*sys.argv[1:])
