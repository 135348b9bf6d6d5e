"""The gate: ingest publishes a rendition of a stream only while somebody holds a lease on it.

A lease is a field of ``beamcast:<stream>:leases``: holder → ``<count> <expires> [<rendition>]``,
the full one if none is named. The viewers are the sum of the live leases, counted inside Redis in
one step, so that no crash, restart or race can leave a wrong number behind: a holder always writes
its whole count, and one that dies simply expires.
"""

from typing import NamedTuple

from shared import names
from shared.broker import Broker
from shared.renditions import FULL, RENDITIONS

LEASE_S = 4.0
"""How long a lease lives; holders renew it every ``RENEW_S``."""
RENEW_S = 1.0
LONGEST_LEASE_S = 3600
"""A lease that claims more (milliseconds for seconds, say) counts as malformed and is deleted."""

_COUNT = """
-- KEYS: 1 leases (hash), 2 viewers (integer), then the viewers of each rendition (integers)
-- ARGV: 1 events channel, 2 event to publish, 3 longest lease [s], 4 how many renditions, then
--       their names, the first being that of a lease that names none; to write a lease also
--       holder, count, rendition, lifetime [s]
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1e6
local renditions = tonumber(ARGV[4])
local place, sums, lasts = {[''] = 2}, {}, {}
for i = 1, renditions + 1 do
  if i > 1 then place[' ' .. ARGV[3 + i]] = i end
  sums[i], lasts[i] = 0, 0
end
local holder, held, rendition, lifetime = unpack(ARGV, 5 + renditions)
if holder then
  if tonumber(held) > 0 then
    local lease = string.format('%s %.3f', held, now + tonumber(lifetime))
    if rendition ~= ARGV[5] then lease = lease .. ' ' .. rendition end
    redis.call('HSET', KEYS[1], holder, lease)
  else
    redis.call('HDEL', KEYS[1], holder)
  end
end
local leases = redis.call('HGETALL', KEYS[1])
for i = 1, #leases, 2 do
  local count, expires, of = string.match(
    leases[i + 1], '^(%d%d?%d?%d?%d?%d?) (%d+%.?%d*)(.*)$')
  count, expires, of = tonumber(count), tonumber(expires), of and place[of]
  if of and count > 0 and expires > now and expires <= now + tonumber(ARGV[3]) then
    for _, j in ipairs({1, of}) do
      sums[j], lasts[j] = sums[j] + count, math.max(lasts[j], expires)
    end
  else
    redis.call('HDEL', KEYS[1], leases[i])
  end
end
local toggled = false
for j = 1, renditions + 1 do
  local key = KEYS[1 + j]
  local before = tonumber(redis.call('GET', key) or 0) or 0
  if sums[j] > 0 then
    local expires = string.format('%d', math.ceil(lasts[j] * 1000))
    redis.call('SET', key, string.format('%d', sums[j]), 'PXAT', expires)
    if j == 1 then redis.call('PEXPIREAT', KEYS[1], expires) end
  else
    redis.call('DEL', key)
  end
  if (before > 0) ~= (sums[j] > 0) then toggled = true end
end
if toggled then redis.call('PUBLISH', ARGV[1], ARGV[2]) end
return {time[1], time[2], unpack(sums)}
"""


class Count(NamedTuple):
    """How many watch, in all and each rendition, and when that was true (Unix seconds on Redis'
    clock)."""

    viewers: int
    t: float
    renditions: dict[str, int]


def count(broker: Broker, stream: str) -> Count:
    """Sums the live leases and deletes the dead ones; raises BrokerError."""
    return _run(broker, stream)


def hold(
    broker: Broker,
    stream: str,
    holder: str,
    viewers: int,
    rendition: str = FULL,
    lease_s: float = LEASE_S,
) -> Count:
    """Says that ``holder`` has so many viewers (0 gives the lease back); raises BrokerError."""
    return _run(broker, stream, holder, viewers, rendition, lease_s)


def _run(broker: Broker, stream: str, *lease: str | float) -> Count:
    viewers_of = [names.viewers(stream, name) for name in RENDITIONS]
    seconds, microseconds, viewers, *sums = broker.register_script(_COUNT)(
        keys=[names.leases(stream), names.viewers(stream), *viewers_of],
        args=[
            names.EVENTS,
            f"gate {stream}",
            LONGEST_LEASE_S,
            len(RENDITIONS),
            *RENDITIONS,
            *lease,
        ],
    )
    t = int(seconds) + int(microseconds) / 1e6
    return Count(int(viewers), t, dict(zip(RENDITIONS, map(int, sums), strict=True)))
