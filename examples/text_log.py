"""Lines of text from standard input.  tail -f /var/log/syslog | python examples/text_log.py"""

import sys

from beamcast_client import Beamcast

with Beamcast() as bc:
    for line in sys.stdin:
        bc.text("Log", line.rstrip("\n"))
