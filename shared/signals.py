"""Ending on a signal, without waiting for anything inside its handler."""

import signal
import socket
import threading
from collections.abc import Callable, Iterable


def on_signals(numbers: Iterable[int], work: Callable[[], None]) -> None:
    """Runs ``work`` once, in a thread of its own, when the first of these signals comes.

    The handler interrupts the main thread anywhere, even where that holds the lock of the very
    event that should be set, or inside eventlet's hub: it may wait for nothing. So it writes a byte
    to a thread that waits, which wakes an idle hub too; nothing else would.
    """
    here, there = socket.socketpair()

    def wait() -> None:
        here.recv(1)
        work()
        while here.recv(64):  # a signal more finds somebody too
            pass

    threading.Thread(target=wait, name="signals", daemon=True).start()
    for number in numbers:
        signal.signal(number, lambda *_: there.send(b"!"))
