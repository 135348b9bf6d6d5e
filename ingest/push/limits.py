"""Limits on what clients may send, for all together and per address."""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ingest.push.message import InvalidMessage
from shared.addresses import UNKNOWN, address_key
from shared.token_bucket import TokenBucket

MAX_CONNECTIONS = 256
"""over HTTP and TCP together"""
MAX_CONNECTIONS_PER_ADDRESS = MAX_CONNECTIONS // 2
"""half, so that no single address takes all connections"""
FLOOD_CONNECTIONS = 2 * MAX_CONNECTIONS
"""Further connections are closed without an error message."""
SMALL_MESSAGE_BYTES = 64 * 1024
"""allowed before authentication, and not counted against ``MAX_CONCURRENT_LARGE``"""
MAX_CONCURRENT_LARGE = 4
"""messages of the maximum size that may be received at the same time"""
FIRST_DELAY_S, MAX_DELAY_S = 0.1, 5.0
"""after a wrong password; each further one doubles the delay"""
FORGET_AFTER_S = 600.0
MAX_ADDRESSES = 4096
"""that are remembered"""


@dataclass
class Sender:
    """The state of one address."""

    bucket: TokenBucket
    wrong_passwords: int = 0
    last_wrong_at: float = 0.0


class Limits:
    """Counts connections, bytes, messages and wrong passwords; used by one thread.

    ``max_per_s``: messages per second from one address.
    """

    def __init__(
        self, max_bytes: int, max_per_s: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.max_per_s = max_per_s
        self._max_pending_bytes = MAX_CONCURRENT_LARGE * max_bytes
        self._clock = clock
        self._pending_bytes = 0
        """of messages that are being received, without the first ``SMALL_MESSAGE_BYTES`` of each"""
        self._connections: Counter[str] = Counter()
        self._senders: OrderedDict[str, Sender] = OrderedDict()

    def add_connection(self, address: str) -> str:
        """Count a connection until ``remove_connection``; return an error if it is one too many."""
        self._connections[address] += 1
        if self._connections.total() > MAX_CONNECTIONS:
            return f"too many connections: {MAX_CONNECTIONS} are open"
        if self._connections[address] > MAX_CONNECTIONS_PER_ADDRESS:
            return f"too many connections from {address}: {MAX_CONNECTIONS_PER_ADDRESS} are open"
        return ""

    def remove_connection(self, address: str) -> None:
        self._connections[address] -= 1
        if not self._connections[address]:
            del self._connections[address]

    @property
    def is_flooded(self) -> bool:
        """Whether connections are closed without an error message."""
        return self._connections.total() > FLOOD_CONNECTIONS

    @contextmanager
    def receiving(self) -> Iterator[Callable[[int], None]]:
        """Account for one message while it is received.

        Yields a function to call with the size of each piece; it raises InvalidMessage when all
        messages together have too many bytes.
        """
        received = 0

        def count_bytes(size: int) -> None:
            nonlocal received
            before, received = max(0, received - SMALL_MESSAGE_BYTES), received + size
            added = max(0, received - SMALL_MESSAGE_BYTES) - before
            self._pending_bytes += added
            if added and self._pending_bytes > self._max_pending_bytes:
                raise InvalidMessage(
                    f"server busy: other clients are sending {self._max_pending_bytes} bytes",
                    "try again, or send smaller messages",
                )

        try:
            yield count_bytes
        finally:
            self._pending_bytes -= max(0, received - SMALL_MESSAGE_BYTES)

    def may_send(self, address: str) -> bool:
        """Take one message from the rate limit of an address; return whether it is within it."""
        return self._sender(address).bucket.take_one()

    def count_wrong_password(self, address: str) -> float:
        """Count a wrong password; return how long its answer is to be delayed, s."""
        sender, now = self._sender(address), self._clock()
        if now - sender.last_wrong_at > FORGET_AFTER_S:
            sender.wrong_passwords = 0
        delay_s = min(FIRST_DELAY_S * 2.0**sender.wrong_passwords, MAX_DELAY_S)
        sender.wrong_passwords = min(sender.wrong_passwords + 1, 64)
        sender.last_wrong_at = now
        return delay_s

    def _sender(self, address: str) -> Sender:
        sender = self._senders.get(address)
        if sender is None:
            sender = self._senders[address] = Sender(TokenBucket(self.max_per_s, self._clock))
        self._senders.move_to_end(address)
        while len(self._senders) > MAX_ADDRESSES:
            self._senders.popitem(last=False)
        return sender


def address_of(peername: object) -> str:
    """Return the key of a connection's address from asyncio's ``peername``."""
    if isinstance(peername, tuple) and peername:
        return address_key(str(peername[0]))
    return UNKNOWN
