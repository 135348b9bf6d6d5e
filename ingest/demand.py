"""The viewers' demand for a stream, and the gate that is open while there is any."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from shared.renditions import Region, Rendition


class ImageDemand(NamedTuple):
    """The viewers' demand for one image."""

    frames_channels: Mapping[str, str]
    """frames channel → size: ``half@CAM2`` → ``half``"""
    regions: frozenset[Region]
    """of precise tiles"""

    @property
    def sizes(self) -> set[str]:
        return set(self.frames_channels.values())

    def merged_with(self, other: "ImageDemand") -> "ImageDemand":
        """Return the demand for an image that is requested under two names."""
        return ImageDemand(
            {**self.frames_channels, **other.frames_channels}, self.regions | other.regions
        )

    def without(self, size: str) -> "ImageDemand":
        return self._replace(
            frames_channels={
                name: each for name, each in self.frames_channels.items() if each != size
            }
        )


class Demand:
    """The demand for all images of a stream at one time; immutable.

    ``images``: image name → demand, the stream's own image being "". ``frames_channels``: those
    that have listeners.
    """

    def __init__(self, renditions: Iterable[Rendition] = ()) -> None:
        self.images: dict[str, ImageDemand] = {}
        for rendition in renditions:
            region = frozenset([rendition.region] if rendition.region else ())
            demand = ImageDemand({rendition.frames_channel: rendition.size}, region)
            before = self.images.get(rendition.image)
            self.images[rendition.image] = before.merged_with(demand) if before else demand
        self.frames_channels = frozenset(
            c for image in self.images.values() for c in image.frames_channels
        )


class Gate:
    """The current demand of a stream's viewers; one thread writes, others read."""

    def __init__(self) -> None:
        self.demand = Demand()
        self.viewers = 0
        self.is_known = False
        """whether the demand was read from Redis"""

    @property
    def is_open(self) -> bool:
        return bool(self.demand.frames_channels)

    def gauges(self) -> dict[str, int]:
        """Return the gate's gauges for the metrics."""
        return {"viewers": self.viewers, "redis_up": int(self.is_known)}

    def set(self, renditions: Iterable[Rendition], viewers: int = 0) -> None:
        """Replace the demand by that for these renditions."""
        self.demand, self.viewers, self.is_known = Demand(renditions), viewers, True

    def close(self) -> None:
        """Clear the demand, for instance when Redis is unreachable."""
        self.demand, self.viewers, self.is_known = Demand(), 0, False
