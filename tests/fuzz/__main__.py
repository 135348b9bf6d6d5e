"""Fuzz all targets at full length, or the named ones; print a line for each.

Every failure is printed with its target, seed and number: ``--seed SEED --only NUMBER`` repeats
that input.
"""

import argparse
import secrets
import sys
import time

from tests.fuzz.child_process import run_in_process
from tests.fuzz.targets import TARGETS


def main() -> int:
    """Return 1 if anything failed, else 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", help=", ".join(TARGETS))
    parser.add_argument("--seed", default=secrets.token_hex(3))
    parser.add_argument(
        "--count", type=float, default=1.0, help="a factor for the numbers of inputs"
    )
    parser.add_argument("--only", type=int, help="the number of a single input")
    options = parser.parse_args()
    unknown = [name for name in options.targets if name not in TARGETS]
    if unknown:
        parser.error(f"unknown target {unknown[0]!r}: choose from {', '.join(TARGETS)}")
    print(f"seed {options.seed}", flush=True)
    total = failed = 0
    for name in options.targets or TARGETS:
        began = time.monotonic()
        result = run_in_process(name, options.seed, options.count, options.only)
        took_s = time.monotonic() - began
        total, failed = total + result.inputs, failed + result.failures
        columns = f"{result.inputs:>9,} inputs {took_s:7.1f} s {result.failures:5} failures"
        print(f"{name:<12} {columns}", flush=True)
        for message in result.messages:
            print(message, file=sys.stderr, flush=True)
    print(f"{'all':<12} {total:>9,} inputs {'':9} {failed:5} failures")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
