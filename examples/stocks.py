"""Two series in one chart, and a bar chart with labels.  python examples/stocks.py [messages]"""

import random
import sys
import time

from beamcast_client import Beamcast

with Beamcast() as bc:
    prices = {"ACME": 100.0, "Umbra": 80.0}
    for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 10**9):
        for share in prices:
            prices[share] *= 1 + random.gauss(0, 0.002)
        bc.line("Stocks", prices, active_points=300)
        bc.bar("Last prices", list(prices.values()), label=list(prices))
        time.sleep(0.1)
