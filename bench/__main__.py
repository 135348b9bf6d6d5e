"""``python -m bench [--quick] [CELL …]``: measure, print tables, write bench/results.json."""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.machine import machine
from bench.plan import Plan

CELLS = (
    *("delivery", "ingest", "latency", "page", "scale", "memory", "push", "video", "regions"),
    "wall",
)
LONG = ("soak",)
"""They run only when they are named."""
RESULTS = Path(__file__).parent / "results.json"


def main(argv: Sequence[str]) -> int:
    """Run the named cells, or all; earlier results of other cells are kept."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("cells", nargs="*", metavar="CELL", help=", ".join(CELLS + LONG))
    parser.add_argument("--quick", action="store_true", help="shorter: two minutes a cell")
    parser.add_argument("--results", type=Path, default=RESULTS, help="default: %(default)s")
    given = parser.parse_args(argv)
    unknown = sorted(set(given.cells) - {*CELLS, *LONG})
    if unknown:
        parser.error(f"no cell is called {unknown[0]!r}; there are {', '.join(CELLS + LONG)}")
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # into a file too
    results: dict[str, Any] = {"machine": machine(), "cells": {}}
    if given.cells and given.results.exists():
        results["cells"] = json.loads(given.results.read_text())["cells"]
    for name in given.cells or CELLS:
        measure: Callable[[Plan], Any] = import_module(f"bench.{name}").measure
        began, start = time.strftime("%Y-%m-%d %H:%M:%S"), time.monotonic()
        result = measure(Plan(given.quick))
        results["cells"][name] = {
            "began": began,
            "took_s": round(time.monotonic() - start),
            "quick": given.quick,
            "result": result,
        }
        given.results.write_text(json.dumps(results, indent=1, default=vars) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
