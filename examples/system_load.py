"""The load and the disk usage of this machine.  python examples/system_load.py [messages]"""

import os
import shutil
import sys
import time

from beamcast_client import Beamcast

with Beamcast() as bc:
    for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 10**9):
        one, five, fifteen = os.getloadavg()
        bc.line("Load", {"1 min": one, "5 min": five, "15 min": fifteen}, active_points=600)
        disk = shutil.disk_usage("/")
        used, free = round(disk.used / 1e9, 1), round(disk.free / 1e9, 1)
        bc.doughnut("Disk [GB]", {"used": used, "free": free})
        time.sleep(1)
