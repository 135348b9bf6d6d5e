"""Which rendition of which image a viewer wishes, over Socket.IO and HTTP alike."""

from dataclasses import replace
from typing import Any

from shared.renditions import BadRendition, Rendition, check_name, is_image

MOST_NAMED = 32
"""images that a refusal names"""
SHOWN = 80
"""characters of a name there"""


def wished(rendition: str, image: str) -> Rendition:
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
    known = images(schema)
    if image not in known:
        names = ", ".join(name[:SHOWN] for name in known[:MOST_NAMED])
        raise BadRendition(
            f"{image[:SHOWN]!r} is no image of this stream", f"images are: {names or 'none'}"
        )


def images(schema: dict[str, Any]) -> list[str]:
    """The names of the channels that can be an image; anyone may have written the schema."""
    names = []
    channels = schema.get("channels")
    for channel in channels if isinstance(channels, list) else ():
        match channel:
            case {"name": str(name), "type": str(kind), "shape": [*shape]}:
                numbers = kind != "string" and all(type(side) is int for side in shape)
                if numbers and is_image(shape):
                    names.append(name)
    return names
