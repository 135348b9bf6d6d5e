"""What senders may take of this process: all of them together, and each address."""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ingest.push.message import InvalidMessage
from shared.ip_addresses import UNKNOWN, address_key
from shared.token_bucket import TokenBucket

MOST_CONNECTIONS = 256
"""over HTTP and TCP together"""
MOST_OF_ONE = MOST_CONNECTIONS // 2
"""from one address: nobody takes them all"""
NO_WORDS = 2 * MOST_CONNECTIONS
"""So many, and who comes is cut off without being told why."""
SMALL_BYTES = 64 * 1024
"""what anybody may send before a password was said"""
AT_ONCE = 4
"""of the largest messages may be on their way; small ones always"""
FIRST_WAIT_S, LONGEST_WAIT_S = 0.1, 5.0
"""after a wrong password; each further one doubles it"""
FORGET_S = 600.0
MOST_ADDRESSES = 4096
"""that are remembered"""


@dataclass
class Sender:
    """What is remembered of an address."""

    allowance: TokenBucket
    wrong: int = 0
    """passwords, and when the last of them came"""
    wrong_at: float = 0.0


class Limits:
    """Used by one thread. ``max_per_s``: messages of an address."""

    def __init__(
        self, max_bytes: int, max_per_s: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.max_per_s = max_per_s
        self._most = AT_ONCE * max_bytes
        self._clock = clock
        self._under_way = 0
        """bytes of messages that have not come whole"""
        self._open: Counter[str] = Counter()
        self._senders: OrderedDict[str, Sender] = OrderedDict()

    def enter(self, address: str) -> str:
        """Counts a connection, until it leaves; what is to be said to it when it is one too many,
        else nothing."""
        self._open[address] += 1
        if self._open.total() > MOST_CONNECTIONS:
            return f"{MOST_CONNECTIONS} connections are open"
        if self._open[address] > MOST_OF_ONE:
            return f"{MOST_OF_ONE} connections from {address} are open"
        return ""

    def leave(self, address: str) -> None:
        """Forgets a connection."""
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]

    @property
    def is_flooded(self) -> bool:
        """Whether there is no point in answering any more."""
        return self._open.total() > NO_WORDS

    @contextmanager
    def receiving(self) -> Iterator[Callable[[int], None]]:
        """While a message comes: what is to be told of each piece of it that is kept, and raises
        Refused when all together are too many bytes."""
        mine = 0

        def keep(count: int) -> None:
            nonlocal mine
            before, mine = max(0, mine - SMALL_BYTES), mine + count
            more = max(0, mine - SMALL_BYTES) - before
            self._under_way += more
            if more and self._under_way > self._most:
                raise InvalidMessage(
                    f"others send {self._most} bytes at this moment", "try again; or send less"
                )

        try:
            yield keep
        finally:
            self._under_way -= max(0, mine - SMALL_BYTES)

    def may_send(self, address: str) -> bool:
        """Whether one more message is within what an address may send."""
        return self._sender(address).allowance.try_take()

    def wrong_password(self, address: str) -> float:
        """How long who said it has to wait for the answer, s."""
        sender, now = self._sender(address), self._clock()
        if now - sender.wrong_at > FORGET_S:
            sender.wrong = 0
        wait_s = min(FIRST_WAIT_S * 2.0**sender.wrong, LONGEST_WAIT_S)
        sender.wrong = min(sender.wrong + 1, 64)
        sender.wrong_at = now
        return wait_s

    def _sender(self, address: str) -> Sender:
        sender = self._senders.get(address)
        if sender is None:
            sender = self._senders[address] = Sender(TokenBucket(self.max_per_s, self._clock))
        self._senders.move_to_end(address)
        while len(self._senders) > MOST_ADDRESSES:
            self._senders.popitem(last=False)
        return sender


def address_of(peer: object) -> str:
    """The key of a connection's address, from what asyncio calls its ``peername``."""
    return address_key(str(peer[0])) if isinstance(peer, tuple) and peer else UNKNOWN
