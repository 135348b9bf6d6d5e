"""The names under which a worker is asked while anyone may watch.

A site may let its own name point at a machine of ours (DNS rebinding); then its pages may read here
all that their visitor may, as if they were ours. But they ask with that name in ``Host``.
"""

import socket
import threading
from collections.abc import Callable
from typing import Any

from shared.settings import WebSettings
from shared.validators import is_address, is_loopback


class AllowedHosts:
    """Used by any thread."""

    def __init__(self, options: WebSettings, in_thread: Callable[..., Any]) -> None:
        """``in_thread`` runs what takes long beside all else: a name server may."""
        own = options.host, options.published, socket.gethostname()
        self._names = {*options.allowed_hosts, *map(bare, own)}
        learn = lambda: self._names.add(bare(in_thread(socket.getfqdn)))  # noqa: E731
        threading.Thread(target=learn, name="own name", daemon=True).start()

    def allow(self, name: str) -> bool:
        """Whether a host name, without its port, is an address, a name of this machine, one that
        was allowed, or one without a dot: no site on the internet has such a name."""
        name = bare(name)
        is_local = "." not in name or is_address(name) or is_loopback(name)
        return bool(name) and (is_local or name in self._names)


def bare(name: str) -> str:
    """A name as it is compared: DNS knows neither capitals nor the dot at the end."""
    return name.lower().rstrip(".")
