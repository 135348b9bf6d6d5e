"""A heat map in plain Python, without numpy.  python examples/heatmap.py [messages]"""

import math
import sys
import time

from beamcast_client import Beamcast

with Beamcast() as bc:
    for n in range(int(sys.argv[1]) if len(sys.argv) > 1 else 10**9):
        rows = [[math.sin(x / 5 + n / 9) * math.cos(y / 7) for x in range(64)] for y in range(48)]
        bc.heatmap("Waves", rows)
        time.sleep(0.1)
