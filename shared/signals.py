"""Handle signals that end a program, without blocking inside a signal handler."""

import signal
import socket
import threading
from collections.abc import Callable, Iterable

TERMINATION_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""sent by Ctrl-C, by a supervisor, and when the terminal is closed"""


def on_termination(work: Callable[[], None]) -> None:
    """Run ``work`` once on the first termination signal, as ``on_signals`` does."""
    on_signals(_termination_signals(), work)


def interrupt_on_termination() -> None:
    """Let termination signals raise KeyboardInterrupt in the main thread until ``on_termination``
    is called."""
    for number in _termination_signals():
        signal.signal(number, signal.default_int_handler)


def _termination_signals() -> list[signal.Signals]:
    """Return the signals to handle: under ``nohup`` a program outlives its terminal."""
    ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return [number for number in TERMINATION_SIGNALS if not (ignored and number is signal.SIGHUP)]


def on_signals(numbers: Iterable[int], work: Callable[[], None]) -> None:
    """Run ``work`` once, in a separate thread, on the first of these signals.

    A Python handler must not block: it interrupts the main thread anywhere, perhaps while that
    holds the lock of the event to be set, or inside eventlet's hub. And if the main thread was
    about to block, the handler does not run until another signal arrives. Therefore the
    interpreter's C code writes the signal's number to a socket on which a thread waits, which also
    wakes an idle hub.
    """
    receiving, sending = socket.socketpair()
    sending.setblocking(False)
    handled = bytes(numbers)

    def wait() -> None:
        while receiving.recv(1) not in handled:
            pass
        work()
        while receiving.recv(64):  # empty the buffer when more signals arrive
            pass

    threading.Thread(target=wait, name="signals", daemon=True).start()
    signal.set_wakeup_fd(sending.fileno(), warn_on_full_buffer=False)
    for number in handled:
        signal.signal(number, lambda *_, _keep_open=sending: None)
