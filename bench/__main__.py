"""Run the benchmarks, print tables, and write bench/results.json."""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.durations import Durations
from bench.machine import describe_machine

CELLS = (
    "delivery",
    "ingest",
    "latency",
    "page",
    "scale",
    "memory",
    "push",
    "video",
    "regions",
    "loading",
    "wall",
)
ONLY_BY_NAME = ("soak",)
"""Not run by default."""
RESULTS = Path(__file__).parent / "results.json"


def main(argv: Sequence[str]) -> int:
    """Run the named cells, or all; the results of other cells stay in the file."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("cells", nargs="*", metavar="CELL", help=", ".join(CELLS + ONLY_BY_NAME))
    parser.add_argument(
        "--quick", action="store_true", help="shorten each cell to at most two minutes"
    )
    parser.add_argument("--results", type=Path, default=RESULTS, help="default: %(default)s")
    options = parser.parse_args(argv)
    unknown = sorted(set(options.cells) - {*CELLS, *ONLY_BY_NAME})
    if unknown:
        parser.error(f"unknown cell {unknown[0]!r}: choose from {', '.join(CELLS + ONLY_BY_NAME)}")
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # also when written to a file
    results: dict[str, Any] = {"machine": describe_machine(), "cells": {}}
    if options.cells and options.results.exists():
        results["cells"] = json.loads(options.results.read_text())["cells"]
    for name in options.cells or CELLS:
        measure: Callable[[Durations], Any] = import_module(f"bench.{name}").measure
        began, start = time.strftime("%Y-%m-%d %H:%M:%S"), time.monotonic()
        result = measure(Durations(options.quick))
        results["cells"][name] = {
            "began": began,
            "took_s": round(time.monotonic() - start),
            "quick": options.quick,
            "result": result,
        }
        options.results.write_text(json.dumps(results, indent=1, default=vars) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
