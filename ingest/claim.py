"""The claim on a stream's name: one ingest a stream, since two would split a PUSH source's frames
and mix their own.

Whoever has the name publishes, and only while it surely has it: the claim expires in Redis, and an
ingest that was held up (stopped, swapped out, cut off) knows by its own clock that it may be
another's by now.
"""

import logging
import os
import socket
import time

from shared.broker import Broker, BrokerError

log = logging.getLogger(__name__)

LIVES_S = 2
"""A claim that nobody renews for so long is a dead ingest's."""
ASK_EVERY_S = 0.1

_OWN = """
-- KEYS: 1 owner, 2 epoch, 3 status. ARGV: 1 who wants the name, 2 for how long [ms], 3 its epoch, 0
-- before it has one. Answers its epoch, or who else has the name.
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return owner end
local last, epoch = tonumber(redis.call('GET', KEYS[2]) or 0) or 0, tonumber(ARGV[3])
if last >= 2 ^ 53 then last = 0 end  -- which nobody has drawn
if epoch == 0 then
  -- Never below the clock in ms, so that it grows even if Redis forgot it.
  local time = redis.call('TIME')
  epoch = math.max(tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000), last + 1)
  if redis.call('EXISTS', KEYS[3]) == 1 then  -- another's, which a worker must not go by
    redis.pcall('HSET', KEYS[3], 'epoch', string.format('%d', epoch))
  end
elseif last > epoch then
  return 'another one, which has ended since'
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('SET', KEYS[2], string.format('%d', epoch))
return epoch
"""

_DISOWN = """
-- KEYS: 1 owner. ARGV: 1 whose claim ends, unless another has the name by now
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
"""


class NameTaken(Exception):
    """Another ingest is alive under the same stream name; the text says who."""


class Claim:
    """Acquired by the main thread, then renewed by the gatekeeper's; any may ask ``holds``."""

    def __init__(self, broker: Broker, stream: str, named_by: str = "--stream") -> None:
        self.stream = stream
        self._named_by = named_by
        self.epoch = 0
        self._broker = broker
        self._ours_until = 0.0
        started = time.strftime("%Y-%m-%d %H:%M:%S")
        self._me = (
            f"pid {os.getpid()} on {socket.gethostname()} since {started} ({os.urandom(4).hex()})"
        )

    def acquire(self, standby: bool = False) -> None:
        """Waits for Redis and for the name to be ours, and draws the epoch.

        When another ingest shows that it lives, by renewing its claim, a standby waits for its end;
        else NameTaken is raised.
        """
        other, seen_left_ms, dead_at, away = b"", 0, 0.0, False
        while True:
            try:
                owner, left_ms, remembers = self._look(standby and bool(other))
                if other and not owner and (away or not remembers):
                    time.sleep(LIVES_S)  # the other, if it lives, claims its name again
                    owner, left_ms, _ = self._look(standby)
                if away:
                    log.info("Redis is back")
                now, away = time.monotonic(), False
                if owner in (b"", self._me.encode()):
                    if self._own() is None:
                        if standby and other:
                            log.info("taking stream %r over from %s", self.stream, _who(other))
                        return
                elif owner != other:
                    other, dead_at = owner, now + LIVES_S
                    self._say_who_has_it(other, standby)
                elif left_ms > seen_left_ms:
                    if not standby:
                        raise NameTaken(
                            f"stream {self.stream!r} is already ingested by {_who(owner)}; stop "
                            f"that one, or choose another name with {self._named_by}"
                        )
                    dead_at = now + LIVES_S
                elif now > dead_at and not 0 <= left_ms <= LIVES_S * 1000:
                    self._disown(owner)  # it would last, as where Redis' clock was set back
                seen_left_ms = left_ms
            except BrokerError as problem:
                if not away:
                    log.warning("Redis is away (%s); waiting for it", problem)
                away = True
            time.sleep(ASK_EVERY_S)

    def renew(self) -> None:
        """Keeps the name; raises NameTaken when another has it by now, or had, and BrokerError."""
        owner = self._own()
        if owner is not None:
            raise NameTaken(f"stream {self.stream!r} was taken over by {_who(owner)}")

    def holds(self) -> bool:
        """Whether nobody else can have the name: it was renewed less than its life ago, by a clock
        that goes on while this process is stopped."""
        return time.monotonic() < self._ours_until

    def give_back(self) -> None:
        """Lets the next one start at once; raises BrokerError."""
        self._ours_until = 0.0
        self._disown(self._me.encode())

    def _say_who_has_it(self, other: bytes, standby: bool) -> None:
        if standby:
            log.info("stream %r is ingested by %s; standing by", self.stream, _who(other))
        else:
            log.warning(
                "stream %r is claimed by %s, which may be dead; waiting up to %d s to see",
                *(self.stream, _who(other), LIVES_S),
            )

    def _look(self, waits: bool) -> tuple[bytes, int, bool]:
        """Who has the name, nobody being empty, and for how long [ms]; whether Redis remembers any
        epoch. Says that we wait, if we do."""
        ask = self._broker.pipeline(transaction=False)
        ask.get(self._broker.names.owner(self.stream))
        ask.pttl(self._broker.names.owner(self.stream))
        ask.exists(self._broker.names.epoch(self.stream))
        if waits:
            ask.set(self._broker.names.standby(self.stream), self._me, px=LIVES_S * 1000)
        owner, left_ms, remembers, *_ = ask.execute()
        return owner or b"", left_ms, bool(remembers)

    def _own(self) -> bytes | None:
        """Claims the name, or renews the claim; who has it, if another does."""
        asked_at = time.monotonic()  # Redis counts from a later moment
        answer = self._broker.register_script(_OWN)(
            keys=[
                self._broker.names.owner(self.stream),
                self._broker.names.epoch(self.stream),
                self._broker.names.status(self.stream),
            ],
            args=[self._me, LIVES_S * 1000, self.epoch],
        )
        if isinstance(answer, bytes):
            self._ours_until = 0.0
            return answer
        self.epoch, self._ours_until = int(answer), asked_at + LIVES_S
        return None

    def _disown(self, owner: bytes) -> None:
        self._broker.register_script(_DISOWN)(
            keys=[self._broker.names.owner(self.stream)], args=[owner]
        )


def _who(owner: bytes) -> str:
    return owner.decode(errors="replace")
