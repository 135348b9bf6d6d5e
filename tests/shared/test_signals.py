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


def test_a_signal_may_arrive_just_before_the_main_thread_waits() -> None:
    command = [sys.executable, "-c", JUST_BEFORE_THE_WAIT]

    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert ended.stdout == "ended\n", ended.stderr


def test_a_signal_may_arrive_while_the_lock_of_the_event_is_held() -> None:
    command = [sys.executable, "-c", INTERRUPTED_WITH_THE_LOCK_HELD]

    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert ended.stdout == "ended\n", ended.stderr


INTERRUPTED_WHERE_NO_HANDLER_RUNS = """
import hashlib, os, signal, threading
from shared.signals import on_signals

def end():
    print("ended", flush=True)
    os._exit(0)

on_signals([signal.SIGTERM], end)
threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1)  # minutes, of which Python sees nothing
"""


def test_a_signal_is_handled_while_the_main_thread_is_blocked() -> None:
    """Block as when a signal arrives just before the main thread waits for a lock."""
    command = [sys.executable, "-c", INTERRUPTED_WHERE_NO_HANDLER_RUNS]

    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20)

    assert ended.stdout == "ended\n", ended.stderr
