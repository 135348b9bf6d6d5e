"""The pictures that travel: grey levels or colours, reduced and as JPEG."""

import io
import os
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from ingest.encoding.scaling import CannotRender, Facts
from shared.envelope import Blobs

MAX_SIDE_PX = 65500
"""what JPEG, as libjpeg writes it, can hold"""


class JpegImage(NamedTuple):
    """An encoded picture. ``reduced``: by how much each side of the camera's was divided."""

    data: bytes
    width: int
    height: int
    reduced: int
    facts: Facts

    def put(self, blobs: Blobs) -> dict[str, Any]:
        """Adds the data to an envelope's blobs; its ``image``, but for the channel."""
        size = {"width": self.width, "height": self.height, "reduced": self.reduced}
        return {"format": "jpeg", **size, **self.facts._asdict(), **blobs.add(self.data)}


class JpegEncoder:
    """Makes JPEGs; used by one thread, and to be closed.

    Pillow lets other threads run while it encodes only if it encodes into a file, so it is given
    one that is in memory.
    """

    def __init__(self) -> None:
        self._file = io.FileIO(os.memfd_create("jpeg"), "r+")

    def close(self) -> None:
        """Gives its memory back."""
        self._file.close()

    def render(self, grey: np.ndarray, facts: Facts, reduced: int, quality: int) -> JpegImage:
        """The JPEG of uint8 (rows, columns) or (rows, columns, 3), contiguous.

        Each of its pixels is the mean of ``reduced`` × ``reduced`` of these; odd sides are rounded
        up. Raises :class:`CannotRender`.
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
        return JpegImage(data, *image.size, reduced, facts)
