"""The host names that a worker answers to while everybody may watch.

A foreign site may let its own name point at one of our machines (DNS rebinding). Then its pages may
read whatever their visitor may read here, as if they were ours; but their requests carry that name
in ``Host``.
"""

import socket
import threading
from collections.abc import Callable
from typing import Any

from shared.settings import WebSettings
from shared.validators import is_address, is_loopback


class AllowedHosts:
    """The allowed host names; thread-safe."""

    def __init__(self, options: WebSettings, run_in_thread: Callable[..., Any]) -> None:
        """``run_in_thread`` calls a function in another thread: a name server may be slow."""
        own = options.host, options.published, socket.gethostname()
        self._names = {*options.allowed_hosts, *map(normalise, own)}
        add_full_name = lambda: self._names.add(normalise(run_in_thread(socket.getfqdn)))  # noqa: E731
        threading.Thread(target=add_full_name, name="own name", daemon=True).start()

    def allow(self, name: str) -> bool:
        """Return whether a host name, without its port, is an address, a name of this machine, one
        of ``BEAMCAST_ALLOWED_HOSTS``, or has no dot: no site on the internet has such a name."""
        name = normalise(name)
        is_local = "." not in name or is_address(name) or is_loopback(name)
        return bool(name) and (is_local or name in self._names)


def normalise(name: str) -> str:
    """Return a host name for comparison: DNS ignores case and a final dot."""
    return name.lower().rstrip(".")
