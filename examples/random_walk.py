"""A random walk as a line chart.  python examples/random_walk.py [messages]"""

import random
import sys
import time

from beamcast_client import Beamcast

with Beamcast() as bc:
    position = 0.0
    for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 10**9):
        position += random.gauss(0, 1)
        bc.line("Random walk", position, active_points=500)
        time.sleep(0.1)
