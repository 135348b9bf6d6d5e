"""Two sources in one program, each with its period.  python examples/data_stream.py [seconds]"""

import os
import sys
import time

from beamcast_client import Beamcast, DataStream


class Load(DataStream):
    id, type, every_s = "Load", "line", 0.5
    more = {"active_points": 600, "legend": "1 min"}  # noqa: RUF012

    def read(self):
        return os.getloadavg()[0]


class Busiest(DataStream):
    id, type, every_s = "Busiest", "text", 1.0
    highest = -1.0

    def read(self):
        load = os.getloadavg()[0]
        if load <= self.highest:
            return None  # nothing to push
        self.highest = load
        return f"The load is {load:.2f}, the highest so far."


with Beamcast() as bc, Load(bc), Busiest(bc):
    time.sleep(float(sys.argv[1]) if len(sys.argv) > 1 else 10**9)
