"""Calls of the page's functions on pictures that numpy made, in a Node.js process."""

import json
import subprocess
from typing import Any

import numpy as np

from tests.support.processes import ROOT

RUNNER = ROOT / "tests" / "page" / "call.mjs"


def call_with_pixels(
    module: str, name: str, pixels: np.ndarray, calls: list[tuple[Any, ...]], **place: float
) -> list[Any]:
    """Return a function's result for each tuple of further arguments.

    ``pixels``: (rows, columns) of at most 32 bits, or float64. ``place``: other fields of the
    page's ``Pixels``: ``x``, ``y``, ``pitch``, ``offset``, ``scale``. NaN comes back as None.
    """
    height, width = pixels.shape
    values = [value if np.isfinite(value) else None for value in pixels.ravel().tolist()]
    picture = {"x": 0, "y": 0, "pitch": 1, "offset": 0, "scale": 1, **place}
    given = {
        "module": module,
        "name": name,
        "pixels": {**picture, "width": width, "height": height, "data": values},
        "type": f"{pixels.dtype.name.capitalize()}Array",
        "calls": calls,
    }
    done = subprocess.run(
        [ROOT / ".venv" / "bin" / "node", RUNNER],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def to_array(values: list[float | None]) -> np.ndarray:
    """Return numbers, None as NaN."""
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def box(left: float, top: float, right: float, bottom: float) -> dict[str, float]:
    """Return a rectangle of camera pixels, as the page's functions take it."""
    return {"left": left, "top": top, "right": right, "bottom": bottom}
