"""The gate: ingest publishes a stream only while somebody holds a lease on it.

A lease is a field of ``beamcast:<stream>:leases``: holder → ``<count> <expires>``. The viewers are
the sum of the live leases, counted inside Redis in one step, so that no crash, restart or race can
leave a wrong number behind: a holder always writes its whole count, and one that dies simply
expires.
"""

from typing import NamedTuple

from shared import names
from shared.broker import Broker

LEASE_S = 4.0
"""How long a lease lives; holders renew it every ``RENEW_S``."""
RENEW_S = 1.0
LONGEST_LEASE_S = 3600
"""A lease that claims more (milliseconds for seconds, say) counts as malformed and is deleted."""

_COUNT = """
-- KEYS: 1 leases (hash), 2 viewers (integer)
-- ARGV: 1 events channel, 2 event to publish, 3 longest lease [s]; to write a lease also
--       4 holder, 5 count, 6 lifetime [s]
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1e6
if ARGV[4] then
  if tonumber(ARGV[5]) > 0 then
    local expires = string.format('%.3f', now + tonumber(ARGV[6]))
    redis.call('HSET', KEYS[1], ARGV[4], ARGV[5] .. ' ' .. expires)
  else
    redis.call('HDEL', KEYS[1], ARGV[4])
  end
end
local sum, last = 0, 0
local leases = redis.call('HGETALL', KEYS[1])
for i = 1, #leases, 2 do
  local count, expires = string.match(leases[i + 1], '^(%d%d?%d?%d?%d?%d?) (%d+%.?%d*)$')
  count, expires = tonumber(count), tonumber(expires)
  if count and expires and count > 0 and expires > now and expires <= now + tonumber(ARGV[3]) then
    sum, last = sum + count, math.max(last, expires)
  else
    redis.call('HDEL', KEYS[1], leases[i])
  end
end
local before = tonumber(redis.call('GET', KEYS[2]) or 0) or 0
if sum > 0 then
  local expires = string.format('%d', math.ceil(last * 1000))
  redis.call('SET', KEYS[2], string.format('%d', sum), 'PXAT', expires)
  redis.call('PEXPIREAT', KEYS[1], expires)
else
  redis.call('DEL', KEYS[2])
end
if (before > 0) ~= (sum > 0) then redis.call('PUBLISH', ARGV[1], ARGV[2]) end
return {sum, time[1], time[2]}
"""


class Count(NamedTuple):
    """How many watch, and when that was true (Unix seconds on Redis' clock)."""

    viewers: int
    t: float


def count(broker: Broker, stream: str) -> Count:
    """Sums the live leases and deletes the dead ones; raises BrokerError."""
    return _run(broker, stream)


def hold(broker: Broker, stream: str, holder: str, viewers: int, lease_s: float = LEASE_S) -> Count:
    """Says that ``holder`` has so many viewers (0 gives the lease back); raises BrokerError."""
    return _run(broker, stream, holder, viewers, lease_s)


def _run(broker: Broker, stream: str, *lease: str | float) -> Count:
    viewers, seconds, microseconds = broker.register_script(_COUNT)(
        keys=[names.leases(stream), names.viewers(stream)],
        args=[names.EVENTS, f"gate {stream}", LONGEST_LEASE_S, *lease],
    )
    return Count(int(viewers), int(seconds) + int(microseconds) / 1e6)
