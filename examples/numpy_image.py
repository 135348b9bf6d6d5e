"""An image as a numpy array: a moving spot.  python examples/numpy_image.py [messages]"""

import sys
import time

import numpy as np
from beamcast_client import Beamcast

y, x = np.mgrid[0:240, 0:320]
noise = np.random.default_rng(1)

with Beamcast() as bc:
    for n in range(int(sys.argv[1]) if len(sys.argv) > 1 else 10**9):
        spot = np.exp(-((x - 160 - 40 * np.sin(n / 20)) ** 2 + (y - 120) ** 2) / 800)
        bc.image("Beam spot", (3000 * spot + noise.poisson(50, x.shape)).astype(np.uint16))
        time.sleep(0.04)
