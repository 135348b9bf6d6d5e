"""What processes of this machine use: processor time and memory, read from outside."""

import re
import time
from pathlib import Path


def cpu_s(pid: int) -> float:
    """User and system time of a process and all its threads so far, to the nanosecond.

    It is the clock that clock_getcpuclockid(3) names; /proc/<pid>/stat has hundredths of a second.
    """
    return time.clock_gettime(~pid << 3 | 2)


def private_kb(pid: int) -> int:
    """The memory that is this process's alone (smaps_rollup: Private_Clean and Private_Dirty)."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(kb) for kb in re.findall(r"^Private_(?:Clean|Dirty): +(\d+) kB", text, re.M))


def wait_until_quiet(pids: list[int], share: float = 0.04, timeout_s: float = 10.0) -> None:
    """Returns when the processes together use less than ``share`` of a core, or after the time."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        before, at = sum(map(cpu_s, pids)), time.monotonic()
        time.sleep(0.1)
        if sum(map(cpu_s, pids)) - before < share * (time.monotonic() - at):
            return
