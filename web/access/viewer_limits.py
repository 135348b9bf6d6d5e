"""How many may be here: viewers of this worker, and of them from one address."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import socketio

from shared.settings import WebSettings
from web.access.proxies import VIEWER


class ViewerLimits:
    """Counts Socket.IO sessions, as the server knows them, and ``/api`` requests under way. An
    ``address`` is its key (``shared/addresses.py``)."""

    def __init__(self, server: socketio.Server, options: WebSettings) -> None:
        self._sessions: dict[str, dict[str, Any]] = server.environ
        self._most = options.max_viewers
        self._most_of_one = options.max_viewers_per_address
        self._requests: Counter[str] = Counter()

    def refusal(self, address: str) -> tuple[str, str] | None:
        """The error and the hint for one more from this address; None when there is room."""
        here = len(self._sessions) + self._requests.total()
        if here >= self._most:
            return (
                f"this worker has {here} viewers, which is all it takes",
                f"another may have room: try again; BEAMCAST_MAX_VIEWERS is {self._most}",
            )
        of_this = self._requests[address] + sum(
            environ.get(VIEWER) == address for environ in tuple(self._sessions.values())
        )
        if of_this >= self._most_of_one:
            return (
                f"{of_this} viewers come from your address, which is all this worker takes",
                "close some, or raise BEAMCAST_MAX_VIEWERS_PER_ADDRESS "
                f"({self._most_of_one} for each worker now)",
            )
        return None

    def enter(self, address: str) -> Callable[[], None]:
        """Counts a request; what is to be called at its end."""
        self._requests[address] += 1

        def leave() -> None:
            self._requests[address] -= 1
            if not self._requests[address]:
                del self._requests[address]

        return leave
