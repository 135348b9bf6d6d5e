"""The limits of viewers: of this worker in total, and of one address."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import socketio

from shared.settings import WebSettings
from web.access.proxies import ADDRESS_KEY


class ViewerLimits:
    """Counts the Socket.IO sessions of the server and the ``/api`` requests in progress. An
    ``address`` is its key (``shared/ip_addresses.py``)."""

    def __init__(self, server: socketio.Server, options: WebSettings) -> None:
        self._sessions: dict[str, dict[str, Any]] = server.environ
        self._max_total = options.max_viewers
        self._max_per_address = options.max_viewers_per_address
        self._requests: Counter[str] = Counter()

    def check(self, address: str) -> tuple[str, str] | None:
        """Return the error and the hint if one more viewer from this address exceeds a limit."""
        total = len(self._sessions) + self._requests.total()
        if total >= self._max_total:
            return (
                f"this web worker is full ({total} of {self._max_total} viewers)",
                "try again, another worker may have room; or raise BEAMCAST_MAX_VIEWERS",
            )
        from_address = self._requests[address] + sum(
            environ.get(ADDRESS_KEY) == address for environ in tuple(self._sessions.values())
        )
        if from_address >= self._max_per_address:
            return (
                f"too many viewers from your address ({from_address} of {self._max_per_address} "
                "at this web worker)",
                "close other pages of Beamcast, or raise BEAMCAST_MAX_VIEWERS_PER_ADDRESS",
            )
        return None

    def count_request(self, address: str) -> Callable[[], None]:
        """Count a request; the caller must call the returned function when the request ends."""
        self._requests[address] += 1

        def end() -> None:
            self._requests[address] -= 1
            if not self._requests[address]:
                del self._requests[address]

        return end
