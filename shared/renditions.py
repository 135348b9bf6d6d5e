"""What a viewer may ask of a stream: a picture of some size, or precise tiles; of any image in it.

A rendition is written ``<size>[@<image channel>]``: ``full``, ``half@CAM2``,
``precise:0,0,3,2@CAM2``. Without ``@`` it is of the stream's own image. Each is encoded only while
somebody asks for it.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple, Self

FULL = "full"
PRECISE = "precise"

SIZES = {FULL: 1, "half": 2, "quarter": 4}
"""name → by how much each side is divided: a pixel is the mean of so many times so many"""
MAX_TILE_INDEX = 9999
"""the largest number of a column or row of tiles"""
MAX_NAME_BYTES = 256
"""bytes of an image's name"""

ALLOWED = f"{', '.join(SIZES)} or precise:<left>,<top>,<right>,<bottom>"
_REGION = re.compile(",".join([r"(0|[1-9][0-9]{0,3})"] * 4))
_NAME = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]+")


class BadRendition(ValueError):
    """What is no rendition; the text says what was wrong, ``allowed`` what is allowed."""

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
        """From ``<left>,<top>,<right>,<bottom>``; raises :class:`BadRendition`."""
        found = _REGION.fullmatch(text)
        region = cls(*map(int, found.groups())) if found else cls(0, 0, 0, 0)
        if not (region.left < region.right and region.top < region.bottom):
            raise BadRendition(
                "no such region of tiles",
                f"precise:<left>,<top>,<right>,<bottom> with integers from 0 to {MAX_TILE_INDEX}, "
                "left below right and top below bottom",
            )
        return region


@dataclass(frozen=True, slots=True)
class Rendition:
    """One of those; ``image`` is the name of its channel, empty for the stream's own.

    ``region`` is given when the size is ``precise``.
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
        if size in SIZES:
            return cls(size, image)
        precise, colon, region = size.partition(":")
        if (precise, colon) != (PRECISE, ":"):
            raise BadRendition("no such rendition", f"allowed: {ALLOWED}")
        return cls(PRECISE, image, Region.parse(region))

    def __str__(self) -> str:
        region = f":{','.join(map(str, self.region))}" if self.region else ""
        return self.size + region + (f"@{self.image}" if self.image else "")

    @property
    def channel(self) -> str:
        """The name under which its frames travel, one for all regions of an image's tiles."""
        return self.size + (f"@{self.image}" if self.image else "")


def check_name(image: str) -> None:
    """Raises :class:`BadRendition` for what cannot name an image."""
    if not _NAME.fullmatch(image) or len(image.encode()) > MAX_NAME_BYTES:
        raise BadRendition(
            "no such name of an image",
            f"a channel's name: 1 to {MAX_NAME_BYTES} bytes of UTF-8 without control characters",
        )
