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
from shared.broker_fault import BrokerState

log = logging.getLogger(__name__)

LIVES_S = 2
"""A claim that nobody renews for so long is a dead ingest's."""
ASK_EVERY_S = 0.1
MIN_NO_EPOCH = 2**42
"""An epoch is a clock's milliseconds, and this one is of the year 2109. What is larger was written
by another program; near 2**53 it could not grow."""

_READ = """
-- The text of a key; false where there is none, or where it is of a type that we do not write, and
-- then it is deleted.
local function read(key)
  local text = redis.pcall('GET', key)
  if type(text) ~= 'table' then return text end
  if not string.find(text.err, 'WRONGTYPE') then return error(text.err) end
  redis.call('DEL', key)
  return false
end
"""

_LOOK = (
    _READ
    + """
-- KEYS: 1 owner, 2 epoch, 3 standby. ARGV: 1 who waits for the name, empty when nobody does, 2 how
-- long that is shown [ms]. Answers who has the name, or an empty text; for how long [ms]; whether
-- there is any epoch.
if ARGV[1] ~= '' then redis.call('SET', KEYS[3], ARGV[1], 'PX', ARGV[2]) end
return {read(KEYS[1]) or '', redis.call('PTTL', KEYS[1]), redis.call('EXISTS', KEYS[2])}
"""
)

_OWN = (
    _READ
    + """
-- KEYS: 1 owner, 2 epoch, 3 status. ARGV: 1 who wants the name, 2 for how long [ms], 3 its epoch, 0
-- before it has one, 4 what is no epoch any more. Answers its epoch, or who else has the name.
local owner = read(KEYS[1])
if owner and owner ~= ARGV[1] then return owner end
local last, epoch = tonumber(read(KEYS[2]) or 0) or 0, tonumber(ARGV[3])
if last >= tonumber(ARGV[4]) then last = 0 end  -- which nobody has drawn
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
)

_DISOWN = (
    _READ
    + """
-- KEYS: 1 owner. ARGV: 1 whose claim ends, unless another has the name by now
if read(KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
"""
)


class NameTaken(Exception):
    """Another ingest is alive under the same stream name; the text says who."""


class Claim:
    """Acquired by the main thread, then renewed by the gatekeeper's; any may ask ``holds``."""

    def __init__(self, broker: Broker, stream: str, named_by: str = "--stream") -> None:
        self.stream = stream
        self._named_by = named_by
        self.broker_state = BrokerState(log)
        """of the thread that acquires the name, and then of the one that renews it"""
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
        other, seen_left_ms, dead_at = b"", 0, 0.0
        while True:
            try:
                owner, left_ms, remembers = self._look(standby and bool(other))
                if other and not owner and (self.broker_state.fault or not remembers):
                    time.sleep(LIVES_S)  # the other, if it lives, claims its name again
                    owner, left_ms, _ = self._look(standby)
                now = time.monotonic()
                if standby and other:
                    self.broker_state.works()
                if owner in (b"", self._me.encode()):
                    if self._own() is None:
                        self.broker_state.works()
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
                self.broker_state.failed(problem)
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
                self.stream,
                _who(other),
                LIVES_S,
            )

    def _look(self, waits: bool) -> tuple[bytes, int, bool]:
        """Who has the name, nobody being empty, and for how long [ms]; whether Redis remembers any
        epoch. Says that we wait, if we do."""
        names = self._broker.names
        owner, left_ms, remembers = self._broker.register_script(_LOOK)(
            keys=[name(self.stream) for name in (names.owner, names.epoch, names.standby)],
            args=[self._me if waits else "", LIVES_S * 1000],
        )
        return owner, left_ms, bool(remembers)

    def _own(self) -> bytes | None:
        """Claims the name, or renews the claim; who has it, if another does."""
        asked_at = time.monotonic()  # Redis counts from a later moment
        answer = self._broker.register_script(_OWN)(
            keys=[
                self._broker.names.owner(self.stream),
                self._broker.names.epoch(self.stream),
                self._broker.names.status(self.stream),
            ],
            args=[self._me, LIVES_S * 1000, self.epoch, MIN_NO_EPOCH],
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
