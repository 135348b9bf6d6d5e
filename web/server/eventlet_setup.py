"""Set-up of eventlet, and of real threads beside it.

Everything else in the worker uses ``threading`` and plain sockets, which eventlet replaces by green
ones; in the ``threading`` mode they are what they seem. This module imports nothing of the project,
so that nothing is imported before eventlet has patched the standard library.
"""

import heapq
import sys
import warnings
from collections.abc import Callable
from typing import Any


def prepare(mode: str) -> None:
    """Patch the standard library in the ``eventlet`` mode. Must run before anything imports a user
    of sockets (redis, flask, …)."""
    skip_client_libraries()
    if mode == "eventlet":
        with warnings.catch_warnings():
            # eventlet warns that it is in bugfix mode; docs/decisions/0002-eventlet.md has more.
            warnings.simplefilter("ignore")
            import eventlet

            eventlet.hubs.use_hub(quiet_hub())
            eventlet.monkey_patch()
        disable_dns_cache()


def skip_client_libraries() -> None:
    """Have ``import aiohttp`` and ``import requests`` fail. engineio imports them, if they are
    there, for its clients, of which a worker has none: a worker starts with 0.13 s of CPU less, and
    takes 13 MB less (79 to 66 MB)."""
    for name in ("aiohttp", "requests"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]


def disable_dns_cache() -> None:
    """Turn eventlet's DNS cache off: Docker's name server lets each answer be cached for minutes,
    also that a name is unknown, and a Redis that came back at another address would not be
    found."""
    from eventlet.support.greendns import resolver

    clear_resolver = resolver.clear

    def clear() -> None:
        clear_resolver()
        resolver._resolver.cache = None

    resolver.clear = clear


def quiet_hub() -> type:
    """Return eventlet's hub class, changed so that it does not wake up for cancelled timers: it did
    for every frame, since each is waited for with a time-out."""
    from eventlet.hubs import epolls

    class QuietHub(epolls.Hub):
        def prepare_timers(self) -> None:
            super().prepare_timers()
            while self.timers and self.timers[0][1].called:
                heapq.heappop(self.timers)
                self.timers_canceled -= 1

    return QuietHub


def thread_pool_runner(mode: str, threads: int) -> Callable[..., Any]:
    """Return a function that calls another one in one of ``threads`` real threads, and waits for
    its result while green threads run. The called function must not use green threads: no locks, no
    log."""
    if mode == "eventlet":
        from eventlet import tpool

        tpool.set_num_threads(threads)
        tpool.setup()  # now: without free descriptors it would fail, and not try again
        return tpool.execute
    return lambda function, *arguments: function(*arguments)
