"""Processor time and memory of other processes on this machine."""

import re
import time
from pathlib import Path


def cpu_s(pid: int) -> float:
    """Return the user and system time of a process and its threads so far, to the nanosecond.

    This is the clock of clock_getcpuclockid(3); /proc/<pid>/stat has only hundredths of a second.
    """
    return time.clock_gettime(~pid << 3 | 2)


def private_kb(pid: int) -> int:
    """Return the memory that the process shares with no other (Private_… in smaps_rollup)."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(kb) for kb in re.findall(r"^Private_(?:Clean|Dirty): +(\d+) kB", text, re.M))


def wait_until_idle(pids: list[int], share: float = 0.04, timeout_s: float = 10.0) -> None:
    """Wait until the processes together use less than ``share`` of a core, or for the time-out."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        before, at = sum(map(cpu_s, pids)), time.monotonic()
        time.sleep(0.1)
        if sum(map(cpu_s, pids)) - before < share * (time.monotonic() - at):
            return
