"""The pictures that travel: grey levels or colours, reduced and as JPEG."""

import io
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from ingest.scale import CannotRender, Facts

MAX_SIDE_PX = 65500
"""what JPEG, as libjpeg writes it, can hold"""


class Picture(NamedTuple):
    """An encoded picture. ``reduced``: by how much each side of the camera's was divided."""

    data: bytes
    width: int
    height: int
    reduced: int
    facts: Facts

    def about(self) -> dict[str, Any]:
        """The envelope's ``image``, but for the channel and the place of the data."""
        size = {"width": self.width, "height": self.height, "reduced": self.reduced}
        return {"format": "jpeg", **size, **self.facts._asdict()}


def render(grey: np.ndarray, facts: Facts, reduced: int, quality: int) -> Picture:
    """The JPEG of uint8 (rows, columns) or (rows, columns, 3), contiguous.

    Each of its pixels is the mean of ``reduced`` × ``reduced`` of these; odd sides are rounded up.
    Raises :class:`CannotRender`.
    """
    height, width = grey.shape[:2]
    if max(width, height) > MAX_SIDE_PX:
        raise CannotRender(f"{width} × {height} px; a JPEG's side has 1 to {MAX_SIDE_PX} px")
    mode = "L" if grey.ndim == 2 else "RGB"
    image = Image.frombuffer(mode, (width, height), grey, "raw", mode, 0, 1)
    if reduced > 1:
        image = image.reduce(reduced)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return Picture(out.getvalue(), *image.size, reduced, facts)
