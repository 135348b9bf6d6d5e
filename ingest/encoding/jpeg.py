"""JPEG images of grey levels or colours, reduced if requested."""

import io
import os
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from ingest.encoding.bad_pixels import BadPixels
from ingest.encoding.scaling import CannotRender, Facts
from shared.envelope import Blobs

MAX_SIDE_PX = 65500
"""the limit of libjpeg"""


class JpegImage(NamedTuple):
    """An encoded image. ``reduced``: the factor by which each side was divided. ``quality``: 1 to
    100, as libjpeg has it. ``log_gain``: of the logarithmic scale of its levels, None if the scale
    is linear. ``bad``: None if there are no bad pixels."""

    data: bytes
    width: int
    height: int
    reduced: int
    quality: int
    facts: Facts
    log_gain: float | None = None
    bad: BadPixels | None = None

    def add_to(self, blobs: Blobs) -> dict[str, Any]:
        """Add the data to an envelope's blobs; return its ``image`` without the channel."""
        size = {"width": self.width, "height": self.height, "reduced": self.reduced}
        scale = {"scale": "log", "log_gain": self.log_gain} if self.log_gain else {}
        bad = {"bad": self.bad.add_to(blobs)} if self.bad else {}
        facts = self.facts._asdict()
        about = {"format": "jpeg", "quality": self.quality, **size, **facts, **scale, **bad}
        return {**about, **blobs.add(self.data)}


class JpegEncoder:
    """An encoder for one thread, which must be closed.

    Pillow releases the GIL while encoding only if it writes to a file, so that the encoder has one
    in memory.
    """

    def __init__(self) -> None:
        self._file = io.FileIO(os.memfd_create("jpeg"), "r+")

    def close(self) -> None:
        """Free the file's memory."""
        self._file.close()

    def encode(self, grey: np.ndarray, facts: Facts, reduced: int, quality: int) -> JpegImage:
        """Encode contiguous uint8 of shape (rows, columns) or (rows, columns, 3).

        Each pixel of the JPEG is the mean of ``reduced`` × ``reduced`` of these; odd sides are
        rounded up. Raises :class:`CannotRender`.
        """
        height, width = grey.shape[:2]
        if max(width, height) > MAX_SIDE_PX:
            raise CannotRender(f"{width} × {height} px; a JPEG's side has 1 to {MAX_SIDE_PX} px")
        mode = "L" if grey.ndim == 2 else "RGB"
        image = Image.frombuffer(mode, (width, height), grey, "raw", mode, 0, 1)
        if reduced > 1:
            image = image.reduce(reduced)
        self._file.seek(0)
        image.save(self._file, "JPEG", quality=quality)
        data = os.pread(self._file.fileno(), self._file.tell(), 0)
        return JpegImage(data, *image.size, reduced, quality, facts)
