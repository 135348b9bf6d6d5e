"""Renditions: the forms in which viewers may request an image of a stream.

A rendition is written ``<size>[@<image channel>]``: ``full``, ``half@CAM2``, ``full-log`` (grey
levels on a logarithmic scale), ``precise:0,0,3,2@CAM2`` (tiles of exact pixel values). Without
``@`` it is of the stream's own image. Each is encoded only while it is requested.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple, Self

FULL = "full"
PRECISE = "precise"

SIZES = {FULL: 1, "half": 2, "quarter": 4}
"""name → divisor n of each side: a pixel is the mean of n × n pixels"""
LOG_SIZES = {f"{size}-log": divisor for size, divisor in SIZES.items()}
"""the same, with grey levels on a logarithmic scale"""
SCALES = ("linear", "log")
"""of grey levels, in which a stream can be encoded"""
PICTURE_SIZES = SIZES | LOG_SIZES
"""all that are encoded as a picture, in contrast to precise tiles"""
MAX_TILE_INDEX = 9999
"""the largest index of a column or row of tiles"""
MAX_NAME_BYTES = 256
"""of the name of an image"""

ALLOWED = f"{', '.join(PICTURE_SIZES)} or precise:<left>,<top>,<right>,<bottom>"
_REGION = re.compile(",".join([r"(0|[1-9][0-9]{0,3})"] * 4))
_NAME = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]+")


class BadRendition(ValueError):
    """An invalid rendition; the text says what is wrong, ``allowed`` what is allowed."""

    def __init__(self, text: str, allowed: str) -> None:
        super().__init__(text)
        self.allowed = allowed


class Region(NamedTuple):
    """Columns and rows of tiles; ``right`` and ``bottom`` are the first ones outside."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse ``<left>,<top>,<right>,<bottom>``; raises :class:`BadRendition`."""
        found = _REGION.fullmatch(text)
        region = cls(*map(int, found.groups())) if found else cls(0, 0, 0, 0)
        if not (region.left < region.right and region.top < region.bottom):
            raise BadRendition(
                "invalid region of tiles",
                f"precise:<left>,<top>,<right>,<bottom> with integers from 0 to {MAX_TILE_INDEX}, "
                "left below right and top below bottom",
            )
        return region


@dataclass(frozen=True, slots=True)
class Rendition:
    """A rendition. ``image`` is the name of the image's channel, empty for the stream's own image.

    ``region`` is set if the size is ``precise``.
    """

    size: str = FULL
    image: str = ""
    region: Region | None = None

    @classmethod
    def parse(cls, text: str, image: str = "") -> Self:
        """Return the rendition that a text names. Its image may be named by ``image`` instead of
        after the ``@``. Raises :class:`BadRendition`."""
        size, at, image_in_text = text.partition("@")
        if at and image:
            raise BadRendition("the image is named twice", "name it in image, or after the @")
        image = image_in_text or image
        if at or image:
            check_name(image)
        if size in PICTURE_SIZES:
            return cls(size, image)
        precise, colon, region = size.partition(":")
        if (precise, colon) != (PRECISE, ":"):
            raise BadRendition("no such rendition", f"allowed: {ALLOWED}")
        return cls(PRECISE, image, Region.parse(region))

    def __str__(self) -> str:
        region = f":{','.join(map(str, self.region))}" if self.region else ""
        return self.size + region + (f"@{self.image}" if self.image else "")

    @property
    def frames_channel(self) -> str:
        """What names its frames channel; all precise regions of an image share one."""
        return self.size + (f"@{self.image}" if self.image else "")


def check_name(image: str) -> None:
    """Raise :class:`BadRendition` if the text cannot be the name of an image."""
    if not _NAME.fullmatch(image) or len(image.encode()) > MAX_NAME_BYTES:
        raise BadRendition(
            "invalid image name",
            f"a channel name: 1 to {MAX_NAME_BYTES} bytes of UTF-8 without control characters",
        )
