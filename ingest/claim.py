"""The claim on a stream's name: one ingest a stream, since two would split a PUSH source's
frames."""

import logging
import os
import socket
import time

from shared import names
from shared.broker import Broker, BrokerError

log = logging.getLogger(__name__)

LIVES_S = 3
"""A claim that nobody renews for so long is a dead ingest's."""
ASK_EVERY_S = 0.2

_OWN = """
-- KEYS: 1 owner. ARGV: 1 who wants it, 2 for how long [ms]
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return owner end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return false
"""

_DISOWN = """
-- KEYS: 1 owner. ARGV: 1 whose claim ends, unless another has the name by now
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
"""

_NEXT_EPOCH = """
-- KEYS: 1 epoch. Never below the clock in ms, so that it grows even if Redis forgot it.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local epoch = math.max(now, (tonumber(redis.call('GET', KEYS[1]) or 0) or 0) + 1)
redis.call('SET', KEYS[1], string.format('%d', epoch))
return string.format('%d', epoch)
"""


class NameTaken(Exception):
    """Another ingest is alive under the same stream name; the text says who."""


class Claim:
    """Acquired by the main thread, then renewed by the gatekeeper's."""

    def __init__(self, broker: Broker, stream: str) -> None:
        self.stream = stream
        self.epoch = 0
        self._broker = broker
        started = time.strftime("%Y-%m-%d %H:%M:%S")
        self._me = (
            f"pid {os.getpid()} on {socket.gethostname()} since {started} ({os.urandom(4).hex()})"
        )

    def acquire(self) -> None:
        """Waits for Redis and for the name to be ours, and draws the epoch.

        Raises NameTaken when another ingest shows that it lives, by renewing its claim.
        """
        seen_left_ms = None
        dead_at = 0.0
        away = False
        while True:
            try:
                owner = self._own()
                if owner is None:
                    draw = self._broker.register_script(_NEXT_EPOCH)
                    self.epoch = int(draw(keys=[names.epoch(self.stream)]))
                    return
                left_ms, now = self._broker.pttl(names.owner(self.stream)), time.monotonic()
                if seen_left_ms is None:
                    dead_at = now + LIVES_S
                    log.warning(
                        "stream %r is claimed by %s, which may be dead; waiting up to %d s to see",
                        *(self.stream, _who(owner), LIVES_S),
                    )
                elif left_ms > seen_left_ms:
                    raise NameTaken(
                        f"stream {self.stream!r} is already ingested by {_who(owner)}; stop that "
                        "one, or choose another name with --stream"
                    )
                elif now > dead_at:  # its claim lives on where Redis' clock was set back
                    self._disown(owner)
                seen_left_ms = left_ms
            except BrokerError as problem:
                if not away:
                    log.warning("Redis is away (%s); waiting for it", problem)
                seen_left_ms, away = None, True
            time.sleep(ASK_EVERY_S)

    def renew(self) -> None:
        """Keeps the name; raises NameTaken when another has it by now, and BrokerError."""
        owner = self._own()
        if owner is not None:
            raise NameTaken(f"stream {self.stream!r} was taken over by {_who(owner)}")

    def give_back(self) -> None:
        """Lets the next one start at once; raises BrokerError."""
        self._disown(self._me.encode())

    def _disown(self, owner: bytes) -> None:
        self._broker.register_script(_DISOWN)(keys=[names.owner(self.stream)], args=[owner])

    def _own(self) -> bytes | None:
        """Claims the name, or renews the claim; who has it, if another does."""
        return self._broker.register_script(_OWN)(
            keys=[names.owner(self.stream)], args=[self._me, LIVES_S * 1000]
        )


def _who(owner: bytes) -> str:
    return owner.decode(errors="replace")
