"""The claim on a stream's name, which allows one ingest process per stream.

Two processes would split the messages of a PUSH source between them and interleave their frames.
The holder publishes only while it surely holds the name: the claim expires in Redis, and a process
that was delayed (stopped, swapped out, disconnected) knows from its own clock that another process
may hold the name by now.
"""

import logging
import os
import socket
import time

from shared.broker import Broker, BrokerError
from shared.broker_fault import BrokerState

log = logging.getLogger(__name__)

CLAIM_TTL_S = 2
"""A claim that is not renewed within this time belongs to a dead process."""
POLL_INTERVAL_S = 0.1
EPOCH_LIMIT = 2**42
"""An epoch is a time in ms, and this one is in the year 2109. Larger values were written by another
program; near 2**53 an epoch could not grow."""

_READ = """
-- Return the text of a key, or false if it does not exist. A key of another type was not written by
-- us and is deleted.
local function read(key)
  local text = redis.pcall('GET', key)
  if type(text) ~= 'table' then return text end
  if not string.find(text.err, 'WRONGTYPE') then return error(text.err) end
  redis.call('DEL', key)
  return false
end
"""

_READ_OWNER = (
    _READ
    + """
-- KEYS: 1 owner, 2 epoch, 3 standby. ARGV: 1 id of the process that waits for the name, or empty,
-- 2 time to live of that notice [ms]. Returns the owner, or an empty text; the claim's time to live
-- [ms]; whether an epoch is stored.
if ARGV[1] ~= '' then redis.call('SET', KEYS[3], ARGV[1], 'PX', ARGV[2]) end
return {read(KEYS[1]) or '', redis.call('PTTL', KEYS[1]), redis.call('EXISTS', KEYS[2])}
"""
)

_ACQUIRE_OR_RENEW = (
    _READ
    + """
-- KEYS: 1 owner, 2 epoch, 3 status. ARGV: 1 id of this process, 2 time to live of the claim [ms],
-- 3 epoch of this process, 0 if it has none yet, 4 the lowest number that is no epoch. Returns the
-- epoch of this process, or the text of another owner.
local owner = read(KEYS[1])
if owner and owner ~= ARGV[1] then return owner end
local last, epoch = tonumber(read(KEYS[2]) or 0) or 0, tonumber(ARGV[3])
if last >= tonumber(ARGV[4]) then last = 0 end  -- not written by an ingest
if epoch == 0 then
  -- Never below the clock in ms, so that epochs grow even if Redis lost the last one.
  local time = redis.call('TIME')
  epoch = math.max(tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000), last + 1)
  if redis.call('EXISTS', KEYS[3]) == 1 then  -- of another process; workers must not rely on it
    redis.pcall('HSET', KEYS[3], 'epoch', string.format('%d', epoch))
  end
elseif last > epoch then
  return 'another ingest, which has ended since'
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('SET', KEYS[2], string.format('%d', epoch))
return epoch
"""
)

_RELEASE = (
    _READ
    + """
-- KEYS: 1 owner. ARGV: 1 the owner whose claim ends, unless another has the name by now.
if read(KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
"""
)


class NameTaken(Exception):
    """Another ingest process holds the stream's name; the text identifies it."""


class Claim:
    """The claim of one process on one name.

    The main thread acquires it and the control loop's thread renews it; any thread may call
    ``is_held``. ``option``: the command line option that sets the name, for the error's hint.
    """

    def __init__(self, broker: Broker, stream: str, option: str = "--stream") -> None:
        self.stream = stream
        self._option = option
        self.broker_state = BrokerState(log)
        """written by the thread that acquires the name, then by the one that renews it"""
        self.epoch = 0
        self._broker = broker
        self._expires_at = 0.0
        started = time.strftime("%Y-%m-%d %H:%M:%S")
        self._id = (
            f"pid {os.getpid()} on {socket.gethostname()} since {started} ({os.urandom(4).hex()})"
        )

    def acquire(self, standby: bool = False) -> None:
        """Wait for Redis and for the name, and draw the epoch.

        If another process proves to be alive by renewing its claim, a standby waits until that
        process ends; otherwise NameTaken is raised.
        """
        other, last_ttl_ms, dead_at = b"", 0, 0.0
        while True:
            try:
                owner, ttl_ms, has_epoch = self._read_owner(standby and bool(other))
                if other and not owner and (self.broker_state.fault or not has_epoch):
                    time.sleep(CLAIM_TTL_S)  # the other, if it is alive, claims its name again
                    owner, ttl_ms, _ = self._read_owner(standby)
                now = time.monotonic()
                if standby and other:
                    self.broker_state.on_success()
                if owner in (b"", self._id.encode()):
                    if self._acquire_or_renew() is None:
                        self.broker_state.on_success()
                        if standby and other:
                            log.info("taking stream %r over from %s", self.stream, _text(other))
                        return
                elif owner != other:
                    other, dead_at = owner, now + CLAIM_TTL_S
                    self._log_owner(other, standby)
                elif ttl_ms > last_ttl_ms:
                    if not standby:
                        raise NameTaken(
                            f"stream {self.stream!r} is already ingested by {_text(owner)}; stop "
                            f"that process, or choose another name with {self._option}"
                        )
                    dead_at = now + CLAIM_TTL_S
                elif now > dead_at and not 0 <= ttl_ms <= CLAIM_TTL_S * 1000:
                    self._release(owner)  # it would not expire, as after Redis' clock was set back
                last_ttl_ms = ttl_ms
            except BrokerError as error:
                self.broker_state.on_error(error)
            time.sleep(POLL_INTERVAL_S)

    def renew(self) -> None:
        """Renew the claim.

        Raises NameTaken if another process holds the name or has held it meanwhile, and
        BrokerError.
        """
        owner = self._acquire_or_renew()
        if owner is not None:
            raise NameTaken(f"stream {self.stream!r} was taken over by {_text(owner)}")

    def is_held(self) -> bool:
        """Return whether no other process can hold the name.

        This is so until the claim's time to live has passed since its last renewal, by a clock
        that runs even while this process is stopped.
        """
        return time.monotonic() < self._expires_at

    def release(self) -> None:
        """Free the name for the next process; raises BrokerError."""
        self._expires_at = 0.0
        self._release(self._id.encode())

    def _log_owner(self, other: bytes, standby: bool) -> None:
        if standby:
            log.info("stream %r is ingested by %s; standing by", self.stream, _text(other))
        else:
            log.warning(
                "stream %r is claimed by %s; waiting up to %d s to see whether it is still running",
                self.stream,
                _text(other),
                CLAIM_TTL_S,
            )

    def _read_owner(self, announce: bool) -> tuple[bytes, int, bool]:
        """Return the owner, empty if there is none, the claim's time to live [ms], and whether
        Redis stores an epoch. With ``announce`` also write that this process waits."""
        names = self._broker.names
        owner, ttl_ms, has_epoch = self._broker.register_script(_READ_OWNER)(
            keys=[name(self.stream) for name in (names.owner, names.epoch, names.standby)],
            args=[self._id if announce else "", CLAIM_TTL_S * 1000],
        )
        return owner, ttl_ms, bool(has_epoch)

    def _acquire_or_renew(self) -> bytes | None:
        """Claim the name, or renew the claim; return the owner if that is another process."""
        called_at = time.monotonic()  # Redis starts the time to live later
        result = self._broker.register_script(_ACQUIRE_OR_RENEW)(
            keys=[
                self._broker.names.owner(self.stream),
                self._broker.names.epoch(self.stream),
                self._broker.names.status(self.stream),
            ],
            args=[self._id, CLAIM_TTL_S * 1000, self.epoch, EPOCH_LIMIT],
        )
        if isinstance(result, bytes):
            self._expires_at = 0.0
            return result
        self.epoch, self._expires_at = int(result), called_at + CLAIM_TTL_S
        return None

    def _release(self, owner: bytes) -> None:
        self._broker.register_script(_RELEASE)(
            keys=[self._broker.names.owner(self.stream)], args=[owner]
        )


def _text(owner: bytes) -> str:
    return owner.decode(errors="replace")
