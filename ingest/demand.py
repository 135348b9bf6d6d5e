"""What the viewers of a stream ask for, by image."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from shared.renditions import Region, Rendition


class ImageDemand(NamedTuple):
    """What is asked of one image."""

    channels: Mapping[str, str]
    """channel of frames → size: ``half@CAM2`` → ``half``"""
    regions: frozenset[Region]
    """of precise tiles"""

    @property
    def sizes(self) -> set[str]:
        """Each once, whatever the channels."""
        return set(self.channels.values())

    def with_(self, other: "ImageDemand") -> "ImageDemand":
        """What is asked under either name of an image."""
        return ImageDemand({**self.channels, **other.channels}, self.regions | other.regions)

    def without(self, size: str) -> "ImageDemand":
        """The rest."""
        return self._replace(channels={c: of for c, of in self.channels.items() if of != size})


class Demand:
    """All that is asked for at one time; never changed.

    ``images``: name → what is wanted of it, the stream's own being "". ``channels``: of frames, on
    which somebody listens.
    """

    def __init__(self, renditions: Iterable[Rendition] = ()) -> None:
        self.images: dict[str, ImageDemand] = {}
        for rendition in renditions:
            region = frozenset([rendition.region] if rendition.region else ())
            wanted = ImageDemand({rendition.channel: rendition.size}, region)
            before = self.images.get(rendition.image)
            self.images[rendition.image] = before.with_(wanted) if before else wanted
        self.channels = frozenset(c for of in self.images.values() for c in of.channels)


class Gate:
    """The demand of a stream's viewers; one thread writes, others read."""

    def __init__(self) -> None:
        self.demand = Demand()
        self.viewers = 0
        self.is_known = False
        """whether the demand was read from Redis"""

    @property
    def is_open(self) -> bool:
        return bool(self.demand.channels)

    def gauges(self) -> dict[str, int]:
        """Return the gauges of the metrics."""
        return {"viewers": self.viewers, "redis_up": int(self.is_known)}

    def set(self, renditions: Iterable[Rendition], viewers: int = 0) -> None:
        """Replace the demand by that of these renditions."""
        self.demand, self.viewers, self.is_known = Demand(renditions), viewers, True

    def close(self) -> None:
        """Clear the demand: nobody watches, as far as is known."""
        self.demand, self.viewers, self.is_known = Demand(), 0, False
