"""What a viewer gets of an image's precise tiles: those of its region."""

from typing import Any

from shared.envelope import BadEnvelope, Blobs, blob, pack
from shared.renditions import Region
from web.frame import Frame


def excerpt(frame: Frame, region: Region) -> Frame:
    """The frame with only those tiles that lie in the region, their bytes as they came; raises
    BadEnvelope.

    What stands before the first tile, the arrays of ``values``, keeps its place.
    """
    image = frame.header.get("image") or {}
    tiles = _checked(image.get("tiles", []))
    wanted = [tile for tile in tiles if _is_in(region, *tile[:2])]
    if wanted == tiles:
        return frame
    blobs, places = Blobs(), []
    blobs.add(blob({"offset": 0, "length": min(tile[2] for tile in tiles)}, frame.body))
    for column, row, offset, length in wanted:
        place = blobs.add(blob({"offset": offset, "length": length}, frame.body))
        places.append([column, row, place["offset"], place["length"]])
    header = {**frame.header, "image": {**image, "tiles": places}}
    return Frame(frame.stream, pack(header, blobs))


def _checked(tiles: Any) -> list[list[int]]:
    """Anyone may publish."""
    if isinstance(tiles, list) and all(_is_place(tile) for tile in tiles):
        return tiles
    raise BadEnvelope("tiles must be a list of [column, row, offset, length]")


def _is_place(tile: Any) -> bool:
    return isinstance(tile, list) and [type(number) for number in tile] == [int] * 4


def _is_in(region: Region, column: int, row: int) -> bool:
    return region.left <= column < region.right and region.top <= row < region.bottom
