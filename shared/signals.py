"""Ending on a signal, without waiting for anything inside its handler."""

import signal
import socket
import threading
from collections.abc import Callable, Iterable

TERMINATION_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""the signals that end a program: Ctrl-C, a supervisor's, and that of a terminal that is closed"""


def on_termination(work: Callable[[], None]) -> None:
    """Runs ``work`` on the first signal that ends a program (``on_signals``)."""
    on_signals(_termination_signals(), work)


def interrupt_on_termination() -> None:
    """Lets a signal that ends a program raise KeyboardInterrupt in the main thread, until
    ``on_termination`` is called: for what happens before."""
    for number in _termination_signals():
        signal.signal(number, signal.default_int_handler)


def _termination_signals() -> list[signal.Signals]:
    """Under ``nohup`` a program outlives its terminal."""
    ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return [number for number in TERMINATION_SIGNALS if not (ignored and number is signal.SIGHUP)]


def on_signals(numbers: Iterable[int], work: Callable[[], None]) -> None:
    """Runs ``work`` once, in a thread of its own, when the first of these signals comes.

    A handler interrupts the main thread anywhere, even where that holds the lock of the very event
    that should be set, or inside eventlet's hub: it may wait for nothing. And it does not run at
    all, until another signal comes, where the main thread was about to wait. So the interpreter
    writes the signal's number from C to a thread that waits, which wakes an idle hub too.
    """
    here, there = socket.socketpair()
    there.setblocking(False)
    wanted = bytes(numbers)

    def wait() -> None:
        while here.recv(1) not in wanted:
            pass
        work()
        while here.recv(64):  # a signal more finds somebody too
            pass

    threading.Thread(target=wait, name="signals", daemon=True).start()
    signal.set_wakeup_fd(there.fileno(), warn_on_full_buffer=False)
    for number in wanted:
        signal.signal(number, lambda *_, _open=there: None)
