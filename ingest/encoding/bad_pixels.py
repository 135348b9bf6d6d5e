"""Where the bad pixels of an image are: NaN and infinity, for which a JPEG has no level."""

from typing import Any, NamedTuple

import numpy as np

from shared.envelope import Blobs

MAX_RUNS = 4096
"""of bad cells that a frame carries: 32 KiB"""


class BadPixels(NamedTuple):
    """The bad cells of an encoded picture. A cell is a square of ``cell`` × ``cell`` of its pixels,
    and bad if any camera pixel in it is."""

    runs: np.ndarray
    """(n, 2) uint32: the first cell of each run and the first one after it, counted row by row"""
    cell: int

    def add_to(self, blobs: Blobs) -> dict[str, Any]:
        """Add the runs to an envelope's blobs; return the field ``bad`` of its ``image``."""
        return {"cell": self.cell, **blobs.add_array(self.runs)}


def find_bad_pixels(pixels: np.ndarray, reduced: int) -> BadPixels:
    """Return the bad cells of an image whose sides are divided by ``reduced``.

    ``pixels``: (rows, columns) or (rows, columns, 3). Cells are single pixels of the reduced image,
    or as large as needed to have at most MAX_RUNS: more may seem bad then than are, never fewer.
    """
    is_bad = ~np.isfinite(pixels)
    grid = _any_in_squares(is_bad.any(axis=2) if is_bad.ndim == 3 else is_bad, reduced)
    cell = 1
    while len(runs := _find_runs(grid)) > MAX_RUNS:
        grid, cell = _any_in_squares(grid, 2), 2 * cell
    return BadPixels(runs, cell)


def _any_in_squares(grid: np.ndarray, side: int) -> np.ndarray:
    """Return whether any is set in each square; those at the right and bottom may be smaller."""
    if side == 1:
        return grid
    rows = grid[::side].copy()
    for first in range(1, side):
        others = grid[first::side]
        rows[: len(others)] |= others
    squares = rows[:, ::side].copy()
    for first in range(1, side):
        others = rows[:, first::side]
        squares[:, : others.shape[1]] |= others
    return squares


def _find_runs(grid: np.ndarray) -> np.ndarray:
    flat = np.concatenate([[False], grid.reshape(-1), [False]])
    return np.flatnonzero(flat[1:] != flat[:-1]).astype(np.uint32).reshape(-1, 2)
