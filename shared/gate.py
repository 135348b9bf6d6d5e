"""The gate: ingest publishes a rendition of a stream only while somebody holds a lease on it.

A lease is a field of ``beamcast:<stream>:leases``: holder → ``<count> <expires> [<rendition>]``,
the full one if none is named. The viewers are the sum of the live leases, counted inside Redis in
one step, so that no crash, restart or race can leave a wrong number behind: a holder always writes
its whole count, and one that dies simply expires.
"""

import contextlib
from collections.abc import Iterable
from typing import NamedTuple

from shared.broker import Broker
from shared.renditions import FULL, MAX_NAME_BYTES, MAX_TILE_INDEX, SIZES, Rendition

LEASE_S = 4.0
"""How long a lease lives; holders renew it every ``RENEW_S``."""
RENEW_S = 1.0
MAX_LEASE_S = 3600
"""A lease that claims more (milliseconds for seconds, say) counts as malformed and is deleted."""
MAX_RENDITIONS = 64
"""Channels of frames that are admitted at a time besides the stream's own picture in its sizes, all
precise regions of an image being one; a lease on one more waits until another is given up."""

_COUNT = """
-- KEYS: 1 leases (hash), 2 viewers (integer), 3 asked (hash); the viewers of each channel of frames
--       (integers) are at the second's name, a colon and the channel's
-- ARGV: 1 events channel, 2 event to publish, 3 longest lease [s], 4 most channels besides those of
--       the stream's own picture, 5 largest number of a tile, 6 longest name of an image [bytes],
--       7 how many sizes there are, then their names, the first being that of a lease that names
--       none; then of each lease to write holder, count, rendition, lifetime [s]
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1e6
local longest_lease, most = tonumber(ARGV[3]), tonumber(ARGV[4])
local longest_number, longest_name, sizes = #ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
local default, is_size = ARGV[8], {}
for i = 8, 7 + sizes do is_size[ARGV[i]] = true end

-- The channel on which a rendition's frames travel; nil for a text that is no rendition.
local function channel(rendition)
  local size, image = string.match(rendition, '^([^@]*)(.*)$')
  local name = string.sub(image, 2)
  if image ~= '' and (name == '' or #name > longest_name or string.find(name, '%c')) then
    return nil
  end
  if is_size[size] then return rendition end
  local edges = {string.match(size, '^precise:(%d+),(%d+),(%d+),(%d+)$')}
  for i, edge in ipairs(edges) do
    if #edge > longest_number or string.find(edge, '^0.') then return nil end
    edges[i] = tonumber(edge)
  end
  local is_region = #edges == 4 and edges[1] < edges[3] and edges[2] < edges[4]
  return is_region and 'precise' .. image or nil
end

-- What is no hash was not written by us; a lease in it would keep the gate from working.
local holders = redis.pcall('HKEYS', KEYS[1])
if holders.err and string.find(holders.err, 'WRONGTYPE') then redis.call('DEL', KEYS[1]) end

for i = 8 + sizes, #ARGV, 4 do
  local holder, held, wanted, lifetime = unpack(ARGV, i, i + 3)
  if tonumber(held) > 0 then
    local lease = string.format('%s %.3f', held, now + tonumber(lifetime))
    if wanted ~= default then lease = lease .. ' ' .. wanted end
    redis.call('HSET', KEYS[1], holder, lease)
  else
    redis.call('HDEL', KEYS[1], holder)
  end
end

local live, sums, lasts, last_of_all = {}, {}, {}, 0
local leases = redis.call('HGETALL', KEYS[1])
for i = 1, #leases, 2 do
  local count, expires, of = string.match(
    leases[i + 1], '^(%d%d?%d?%d?%d?%d?) (%d+%.?%d*)(.*)$')
  count, expires = tonumber(count), tonumber(expires)
  if of == '' then of = default else of = of and string.match(of, '^ (.+)$') end
  if of and channel(of) and count > 0 and expires > now and expires <= now + longest_lease then
    live[#live + 1] = of
    sums[of], lasts[of] = (sums[of] or 0) + count, math.max(lasts[of] or 0, expires)
    last_of_all = math.max(last_of_all, expires)
  else
    redis.call('HDEL', KEYS[1], leases[i])
  end
end

local asked, is_asked, is_admitted, others, changed = {}, {}, {}, 0, false
local function admit(rendition)
  if not sums[rendition] or is_asked[rendition] then return false end
  local of = channel(rendition)
  if not is_size[of] and not is_admitted[of] then
    if others >= most then return false end
    is_admitted[of], others = true, others + 1
  end
  asked[#asked + 1], is_asked[rendition] = rendition, true
  return true
end
local before = redis.pcall('HKEYS', KEYS[3])  -- an error, which is empty, where it is no hash
redis.call('DEL', KEYS[2], KEYS[3])
for _, rendition in ipairs(before) do  -- first, so that nobody is pushed out
  if not admit(rendition) then changed = true end
  redis.call('DEL', KEYS[2] .. ':' .. (channel(rendition) or ''))
end
for _, rendition in ipairs(live) do
  if admit(rendition) then changed = true end
end

local viewers, last, answer = {}, {}, {time[1], time[2]}
for _, rendition in ipairs(asked) do
  for _, key in ipairs({KEYS[2], KEYS[2] .. ':' .. channel(rendition)}) do
    viewers[key] = (viewers[key] or 0) + sums[rendition]
    last[key] = math.max(last[key] or 0, lasts[rendition])
  end
  redis.call('HSET', KEYS[3], rendition, sums[rendition])
  answer[#answer + 1], answer[#answer + 2] = rendition, sums[rendition]
end
for key, count in pairs(viewers) do
  local expires = string.format('%d', math.ceil(last[key] * 1000))
  redis.call('SET', key, string.format('%d', count), 'PXAT', expires)
end
for _, key in ipairs({KEYS[1], KEYS[3]}) do
  redis.call('PEXPIREAT', key, string.format('%d', math.ceil(last_of_all * 1000)))
end
if changed then redis.call('PUBLISH', ARGV[1], ARGV[2]) end
return answer
"""


class Count(NamedTuple):
    """How many watch, in all and each rendition that somebody does, and when that was true (Unix
    seconds on Redis' clock)."""

    viewers: int
    t: float
    renditions: dict[Rendition, int]


def count(broker: Broker, stream: str) -> Count:
    """Sums the live leases and deletes the dead ones; raises BrokerError."""
    return _run(broker, stream)


class Lease(NamedTuple):
    """What a holder says: how many viewers it has of a rendition (with 0 it gives the lease back),
    and for how many seconds that holds."""

    holder: str
    viewers: int
    rendition: str = FULL
    lifetime_s: float = LEASE_S


def hold(
    broker: Broker,
    stream: str,
    holder: str,
    viewers: int,
    rendition: str = FULL,
    lease_s: float = LEASE_S,
) -> Count:
    """Writes one lease and counts; raises BrokerError."""
    return hold_all(broker, stream, [Lease(holder, viewers, rendition, lease_s)])


def hold_all(broker: Broker, stream: str, leases: Iterable[Lease]) -> Count:
    """Writes these leases and counts, in one step; raises BrokerError."""
    return _run(broker, stream, *(part for lease in leases for part in lease))


def _run(broker: Broker, stream: str, *leases: str | float) -> Count:
    seconds, microseconds, *asked = broker.register_script(_COUNT)(
        keys=[
            broker.names.leases(stream),
            broker.names.viewers(stream),
            broker.names.asked(stream),
        ],
        args=[
            broker.names.events,
            f"gate {stream}",
            MAX_LEASE_S,
            MAX_RENDITIONS,
            MAX_TILE_INDEX,
            MAX_NAME_BYTES,
            len(SIZES),
            *SIZES,
            *leases,
        ],
    )
    renditions = {}
    for text, viewers in zip(asked[::2], asked[1::2], strict=True):
        # What is no UTF-8 Redis cannot tell from a name; no message could say what it shows.
        with contextlib.suppress(UnicodeDecodeError):
            renditions[Rendition.parse(text.decode())] = int(viewers)
    t = int(seconds) + int(microseconds) / 1e6
    return Count(sum(map(int, asked[1::2])), t, renditions)
