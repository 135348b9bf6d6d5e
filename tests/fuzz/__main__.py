"""``python -m tests.fuzz``: all targets at full length, or those that are named; a line for each.

Every failure is printed with its target, seed and number: ``--seed SEED --only NUMBER`` makes that
very input again.
"""

import argparse
import secrets
import sys
import time

from tests.fuzz.apart import apart
from tests.fuzz.targets import TARGETS


def main() -> int:
    """1 when anything failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", help=", ".join(TARGETS))
    parser.add_argument("--seed", default=secrets.token_hex(3))
    parser.add_argument("--count", type=float, default=1.0, help="times as many inputs")
    parser.add_argument("--only", type=int, help="the number of the one input to make")
    chosen = parser.parse_args()
    unknown = [name for name in chosen.targets if name not in TARGETS]
    if unknown:
        parser.error(f"no target {unknown[0]}; there are {', '.join(TARGETS)}")
    print(f"seed {chosen.seed}", flush=True)
    total = failed = 0
    for name in chosen.targets or TARGETS:
        began = time.monotonic()
        outcome = apart(name, chosen.seed, chosen.count, chosen.only)
        took_s = time.monotonic() - began
        total, failed = total + outcome.inputs, failed + outcome.failures
        result = f"{outcome.inputs:>9,} inputs {took_s:7.1f} s {outcome.failures:5} failures"
        print(f"{name:<12} {result}", flush=True)
        for words in outcome.words:
            print(words, file=sys.stderr, flush=True)
    print(f"{'all':<12} {total:>9,} inputs {'':9} {failed:5} failures")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
