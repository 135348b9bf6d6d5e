"""What a viewer gets of an image's precise tiles: those of its region."""

from functools import cached_property
from typing import Any

from shared.envelope import ALIGNMENT, BadEnvelope, Blobs, blob, pack_header
from shared.renditions import Region
from web.fanout.buffers import Buffer
from web.fanout.event import Event
from web.fanout.messages import Frame

MAX_PARTS = 500
"""Buffers of one excerpt; sendmsg(2) takes 1024 at a time."""


Run = tuple[int, int, list[list[int]]]
"""bytes that lie together: their start, their end, and the tiles in them"""


class RegionFrame(Frame):
    """A frame with some of another one's tiles, whose message it shares: only its header is new."""

    def __init__(self, whole: Frame, header: dict[str, Any], parts: tuple[Buffer, ...]) -> None:
        self.stream, self.key = whole.stream, whole.key
        self.epoch, self.received = whole.epoch, whole.received
        if len(parts) > MAX_PARTS:
            parts = (b"".join(parts),)
        self.header, self.parts = header, parts
        self.source = whole.source if len(parts) > 1 else self.message
        self._whole = whole

    @cached_property
    def pulses(self) -> Event:
        """Those of the whole frame."""
        return self._whole.pulses


class RegionTiles:
    """What regions get of one frame: made when first asked for, and once for all regions with the
    same tiles, so also for all that have none."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._made: dict[tuple[int, ...], Frame] = {}

    def of(self, region: Region | None) -> Frame:
        """The frame with only those tiles that lie in the region, as they came; raises BadEnvelope.

        Without a region it is the frame itself. What stands before the first tile, the arrays of
        ``values``, keeps its place.
        """
        if region is None:
            return self._frame
        tiles = self._tiles
        wanted = tuple(n for n, tile in enumerate(tiles) if _is_in(region, *tile[:2]))
        if len(wanted) == len(tiles):
            return self._frame
        if wanted not in self._made:
            self._made[wanted] = self._cut([tiles[n] for n in wanted])
        return self._made[wanted]

    def _cut(self, wanted: list[list[int]]) -> Frame:
        frame, blobs = self._frame, Blobs()
        places: list[list[int]] = []
        values_end = min(tile[2] for tile in self._tiles)
        runs: list[Run] = [(0, values_end, []), *_runs(wanted)]
        for start, end, tiles in runs:
            place = blobs.add(frame.body[start:end])
            for column, row, offset, length in tiles:
                places.append([column, row, place["offset"] + offset - start, length])
        header = {**frame.header, "image": {**frame.header["image"], "tiles": places}}
        return RegionFrame(frame, header, (pack_header(header), *blobs.parts))

    @cached_property
    def _tiles(self) -> list[list[int]]:
        """``[column, row, offset, length]`` of each; checked, for anyone may publish."""
        tiles = (self._frame.header.get("image") or {}).get("tiles", [])
        if not isinstance(tiles, list) or not all(map(_is_place, tiles)):
            raise BadEnvelope("tiles must be a list of [column, row, offset, length]")
        for _, _, offset, length in tiles:
            blob({"offset": offset, "length": length}, self._frame.body)
        return tiles


def _runs(tiles: list[list[int]]) -> list[Run]:
    """Tiles that lie one after another, together."""
    runs: list[Run] = []
    for tile in tiles:
        offset, length = tile[2:]
        if runs and runs[-1][1] + -runs[-1][1] % ALIGNMENT == offset:
            start, _, before = runs.pop()
            runs.append((start, offset + length, [*before, tile]))
        else:
            runs.append((offset, offset + length, [tile]))
    return runs


def _is_place(tile: Any) -> bool:
    return isinstance(tile, list) and [type(number) for number in tile] == [int] * 4


def _is_in(region: Region, column: int, row: int) -> bool:
    return region.left <= column < region.right and region.top <= row < region.bottom
