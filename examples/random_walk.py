"""A random walk: one line that goes on.  python examples/random_walk.py [messages]"""

import random
import sys
import time

from beamcast_client import Beamcast

with Beamcast() as bc:
    place = 0.0
    for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 10**9):
        place += random.gauss(0, 1)
        bc.line("Random walk", place, active_points=500)
        time.sleep(0.1)
