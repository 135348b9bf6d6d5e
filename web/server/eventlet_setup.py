"""Set eventlet up: patch the standard library, and keep what runs in real threads apart.

Everything else in the worker uses ``threading`` and plain sockets, which eventlet replaces by green
ones; with ``threading`` as the mode they are what they seem. This module imports nothing of the
project, so that nothing is imported before it has patched.
"""

import heapq
import warnings
from collections.abc import Callable
from typing import Any


def prepare(mode: str) -> None:
    """Must run before anything imports socket users (redis, flask, …)."""
    if mode == "eventlet":
        with warnings.catch_warnings():
            # It says that eventlet is in bugfix mode; docs/decisions/ says why it stays.
            warnings.simplefilter("ignore")
            import eventlet

            eventlet.hubs.use_hub(quiet_hub())
            eventlet.monkey_patch()
        ask_anew_for_names()


def ask_anew_for_names() -> None:
    """Takes eventlet's memory for names: Docker's name server says of each answer, also of none,
    that it holds for minutes, in which a Redis that came back elsewhere would not be found."""
    from eventlet.support.greendns import resolver

    make = resolver.clear

    def clear() -> None:
        make()
        resolver._resolver.cache = None

    resolver.clear = clear


def quiet_hub() -> type:
    """eventlet's hub, without its waking up when a timer would have gone off that was cancelled: it
    did for every frame, each of which was waited for with a time-out."""
    from eventlet.hubs import epolls

    class QuietHub(epolls.Hub):
        def prepare_timers(self) -> None:
            super().prepare_timers()
            while self.timers and self.timers[0][1].called:
                heapq.heappop(self.timers)
                self.timers_canceled -= 1

    return QuietHub


def thread_pool_runner(mode: str, threads: int) -> Callable[..., Any]:
    """What calls a function in a real thread, of which there are so many, and waits for its result
    while all else goes on. What it calls must know nothing of green threads: no locks, no log."""
    if mode == "eventlet":
        from eventlet import tpool

        tpool.set_num_threads(threads)
        tpool.setup()  # now: without descriptors left it would fail, and not try again
        return tpool.execute
    return lambda work, *arguments: work(*arguments)
