import subprocess
import sys

from tests.support.processes import ROOT

INTERRUPTED_WITH_THE_LOCK_HELD = """
import signal, threading
from shared.signals import on_signals

stop = threading.Event()
on_signals([signal.SIGTERM, signal.SIGINT], stop.set)
with stop._cond:
    signal.raise_signal(signal.SIGTERM)
    signal.raise_signal(signal.SIGINT)
assert stop.wait(20)
for _ in range(100):
    signal.raise_signal(signal.SIGTERM)
print("ended")
"""

JUST_BEFORE_THE_WAIT = """
import os, signal, threading
from shared.signals import on_signals

for _ in range(200):
    stop, about = threading.Event(), threading.Event()
    on_signals([signal.SIGTERM], stop.set)
    kill = lambda: about.wait() and os.kill(os.getpid(), signal.SIGTERM)
    threading.Thread(target=kill).start()
    about.set()
    assert stop.wait(20)
print("ended")
"""


def test_a_signal_may_come_just_before_the_main_thread_waits() -> None:
    command = [sys.executable, "-c", JUST_BEFORE_THE_WAIT]

    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert ended.stdout == "ended\n", ended.stderr


def test_a_signal_may_come_while_the_events_own_lock_is_held() -> None:
    command = [sys.executable, "-c", INTERRUPTED_WITH_THE_LOCK_HELD]

    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert ended.stdout == "ended\n", ended.stderr
