"""Interpret the shape of an array as an image.

bsread describes a shape with its fastest dimension first: ``[width, height]``. Cameras also send
colours (interleaved by pixel, by row or by plane), dimensions of a single element, and stacks of
planes.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

import numpy as np

ALLOWED = "two sides of 1 px or more, with 3 (RGB) or 4 (RGBA) colours, or a stack of such planes"
_PLANE = re.compile(r"(?s)(.+)\[(0|[1-9][0-9]{0,8})\]")


class ImageShape(NamedTuple):
    """The sides, colours and planes of an image in an array."""

    width: int
    height: int
    planes: int
    """the number of images in a stack; otherwise 1"""
    colours: int
    """values per pixel: 1, 3 (RGB) or 4 (RGBA)"""
    colour_axis: int
    """with colours, their index among the three fastest dimensions of more than one element"""

    @classmethod
    def of(cls, shape: Sequence[int]) -> Self | None:
        """Interpret a shape, fastest dimension first; return None if it cannot be an image.

        Two dimensions are always width and height, and so are the last two of ``[3, w, h]``. With
        more dimensions, those of one element are ignored; a dimension of 3 (otherwise of 4) among
        the first three is colours, and the dimensions beyond width and height are planes.
        """
        if len(shape) < 2 or min(shape) < 1 or max(shape) == 1:
            return None
        if len(shape) == 2:
            return cls(shape[0], shape[1], 1, 1, 0)
        if len(shape) == 3 and shape[0] == 3:
            return cls(shape[1], shape[2], 1, 3, 0)
        sides = [side for side in shape if side > 1]
        if len(sides) < 2:
            return None
        colours = next((n for n in (3, 4) if len(sides) > 2 and n in sides[:3]), 1)
        axis = sides.index(colours) if colours > 1 else 0
        if colours > 1:
            del sides[axis]
        return cls(sides[0], sides[1], math.prod(sides[2:]), colours, axis)

    def pixels(self, array: np.ndarray, plane: int) -> np.ndarray:
        """Return one plane of an array with this shape (slowest dimension first): (rows, columns),
        or (rows, columns, 3) without alpha; in C order if the array is."""
        if array.shape[:2] == (self.height, self.width) and array.shape[2:] in ((), (3,)):
            return array
        if self.colours == 1:
            return array.reshape(self.planes, self.height, self.width)[plane]
        sides = [self.width, self.height]
        sides.insert(self.colour_axis, self.colours)
        coloured = array.reshape(self.planes, *sides[::-1])[plane]
        return np.ascontiguousarray(np.moveaxis(coloured, 2 - self.colour_axis, 2)[..., :3])


def find(image: str, shapes: Mapping[str, ImageShape]) -> tuple[str, int] | None:
    """Return the channel and plane that an image name refers to: ``CAMERA``, or ``CAMERA[3]`` for
    plane 3 (from 0) of a stack; None if there is no such image. A channel with exactly that name
    takes precedence."""
    if image in shapes:
        return image, 0
    named = _PLANE.fullmatch(image)
    shape = shapes.get(named[1]) if named else None
    if not named or not shape or shape.planes == 1 or int(named[2]) >= shape.planes:
        return None
    return named[1], int(named[2])


def names(shapes: Mapping[str, ImageShape], limit: int) -> list[str]:
    """Return at most ``limit`` image names: first every channel, then the planes of stacks."""
    planes = (
        f"{name}[{plane}]" for name, shape in shapes.items() for plane in range(1, shape.planes)
    )
    found = list(shapes)[:limit]
    return found + [name for name, _ in zip(planes, range(limit - len(found)), strict=False)]
