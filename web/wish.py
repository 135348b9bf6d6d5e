"""Which rendition of which image a viewer wishes, over Socket.IO and HTTP alike."""

from dataclasses import replace
from typing import Any

from shared.image_shape import ALLOWED, ImageShape, find
from shared.renditions import BadRendition, Rendition, check_name

MOST_NAMED = 32
"""images that a refusal names"""
MAX_FAULT = 300
SHOWN = 80
"""characters of a name there"""


def parse_rendition(rendition: str, image: str) -> Rendition:
    """A size or precise tiles, of an image ("" being the stream's own) that either text may name;
    raises BadRendition."""
    wish = Rendition.parse(rendition)
    if not image:
        return wish
    if wish.image:
        raise BadRendition("the image is named twice", "name it in image, or after the @")
    check_name(image)
    return replace(wish, image=image)


def check_image(image: str, schema: dict[str, Any] | None) -> None:
    """Raises BadRendition for what cannot be an image of the stream, as far as is known."""
    if not image or schema is None:
        return
    known = image_names(schema)
    if not find(image, known):
        names = ", ".join(name[:SHOWN] for name in list(known)[:MOST_NAMED])
        raise BadRendition(
            f"{image[:SHOWN]!r} is no image of this stream",
            f"images are: {names or 'none'}{_why(image, schema)}",
        )


def image_names(schema: dict[str, Any]) -> dict[str, ImageShape]:
    """The channels that can be an image; anyone may have written the schema."""
    found = {}
    for channel in _channels(schema):
        match channel:
            case {"name": str(name), "type": str(kind), "shape": [*shape]}:
                numbers = kind != "string" and all(type(side) is int for side in shape)
                image = ImageShape.of(shape) if numbers and not channel.get("fault") else None
                if image:
                    found[name] = image
    return found


def _why(image: str, schema: dict[str, Any]) -> str:
    """Why a channel of this name is no image, to end a sentence; empty if there is none."""
    for channel in _channels(schema):
        match channel:
            case {"name": str(name), "fault": str(fault)} if name == image:
                return f"; {fault[:MAX_FAULT]}"
            case {"name": str(name), "type": str(kind), "shape": [*shape]} if name == image:
                sides = shape if all(type(side) is int for side in shape) else "no shape"
                return f"; it is {kind[:SHOWN]} {str(sides)[:SHOWN]}, allowed are {ALLOWED}"
    return ""


def _channels(schema: dict[str, Any]) -> list[Any]:
    channels = schema.get("channels")
    return channels if isinstance(channels, list) else []
