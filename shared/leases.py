"""Leases: ingest publishes a rendition of a stream only while one on it is held.

A lease is a field of ``beamcast:<stream>:leases``: holder → ``<count> <expires> [<rendition>]``;
without a rendition it is for the full one. The number of viewers is the sum of the valid leases,
which a script counts inside Redis in one step. No crash, restart or race can leave a wrong number
behind: a holder always writes its whole count, and the leases of a holder that dies expire.
"""

import contextlib
from collections.abc import Iterable
from typing import NamedTuple

from shared.broker import Broker
from shared.renditions import FULL, MAX_NAME_BYTES, MAX_TILE_INDEX, PICTURE_SIZES, Rendition

LEASE_S = 4.0
"""lifetime of a lease; holders renew it every ``RENEW_S``"""
RENEW_S = 1.0
MAX_LEASE_S = 3600
"""A lease with a longer lifetime (milliseconds for seconds, say) is invalid and is deleted."""
MAX_RENDITIONS = 64
"""channels of frames accepted at a time besides the sizes of the stream's own image; all precise
regions of an image share one channel. A lease on one more waits until another is released."""

_COUNT = """
-- KEYS: leases (hash), viewers (integer), asked (hash). The number of viewers of one channel of
--       frames is at the key <viewers>:<channel> (integer).
-- ARGV: events channel, event to publish, longest lifetime of a lease [s], largest number of
--       channels besides the sizes of the stream's own image, largest column or row of a tile,
--       longest image name [bytes], number of sizes, the sizes (a lease that names none is for
--       the first); then holder, count, rendition and lifetime [s] of each lease to write.
local leases_key, viewers_key, asked_key = unpack(KEYS)
local events_channel, event = ARGV[1], ARGV[2]
local max_lease_s, max_channels = tonumber(ARGV[3]), tonumber(ARGV[4])
local max_digits, max_name_bytes, sizes = #ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
local default, is_size = ARGV[8], {}
for i = 8, 7 + sizes do is_size[ARGV[i]] = true end
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1e6

-- Return the channel that carries a rendition's frames, nil for an invalid rendition.
local function channel(rendition)
  local size, image = string.match(rendition, '^([^@]*)(.*)$')
  local name = string.sub(image, 2)
  if image ~= '' and (name == '' or #name > max_name_bytes or string.find(name, '%c')) then
    return nil
  end
  if is_size[size] then return rendition end
  local edges = {string.match(size, '^precise:(%d+),(%d+),(%d+),(%d+)$')}
  for i, edge in ipairs(edges) do
    if #edge > max_digits or string.find(edge, '^0.') then return nil end
    edges[i] = tonumber(edge)
  end
  local is_region = #edges == 4 and edges[1] < edges[3] and edges[2] < edges[4]
  return is_region and 'precise' .. image or nil
end

-- A key of another type was written by another program, and would make every call fail.
local holders = redis.pcall('HKEYS', leases_key)
if holders.err and string.find(holders.err, 'WRONGTYPE') then redis.call('DEL', leases_key) end

for i = 8 + sizes, #ARGV, 4 do
  local holder, count, rendition, lifetime = unpack(ARGV, i, i + 3)
  if tonumber(count) > 0 then
    local lease = string.format('%s %.3f', count, now + tonumber(lifetime))
    if rendition ~= default then lease = lease .. ' ' .. rendition end
    redis.call('HSET', leases_key, holder, lease)
  else
    redis.call('HDEL', leases_key, holder)
  end
end

local live, sums, lasts, last_of_all = {}, {}, {}, 0
local leases = redis.call('HGETALL', leases_key)
for i = 1, #leases, 2 do
  local count, expires, rendition = string.match(
    leases[i + 1], '^(%d%d?%d?%d?%d?%d?) (%d+%.?%d*)(.*)$')
  count, expires = tonumber(count), tonumber(expires)
  if rendition == '' then
    rendition = default
  else
    rendition = rendition and string.match(rendition, '^ (.+)$')
  end
  local is_valid = rendition and channel(rendition) and count > 0
  if is_valid and expires > now and expires <= now + max_lease_s then
    live[#live + 1] = rendition
    sums[rendition] = (sums[rendition] or 0) + count
    lasts[rendition] = math.max(lasts[rendition] or 0, expires)
    last_of_all = math.max(last_of_all, expires)
  else
    redis.call('HDEL', leases_key, leases[i])
  end
end

local requested, is_requested, is_accepted, others, changed = {}, {}, {}, 0, false
local function accept(rendition)
  if not sums[rendition] or is_requested[rendition] then return false end
  local name = channel(rendition)
  if not is_size[name] and not is_accepted[name] then
    if others >= max_channels then return false end
    is_accepted[name], others = true, others + 1
  end
  requested[#requested + 1], is_requested[rendition] = rendition, true
  return true
end
-- For a key of another type the answer is an error, which has no elements.
local before = redis.pcall('HKEYS', asked_key)
redis.call('DEL', viewers_key, asked_key)
for _, rendition in ipairs(before) do  -- first, so that new leases displace none of them
  if not accept(rendition) then changed = true end
  redis.call('DEL', viewers_key .. ':' .. (channel(rendition) or ''))
end
for _, rendition in ipairs(live) do
  if accept(rendition) then changed = true end
end

local viewers, last, answer = {}, {}, {time[1], time[2]}
for _, rendition in ipairs(requested) do
  for _, key in ipairs({viewers_key, viewers_key .. ':' .. channel(rendition)}) do
    viewers[key] = (viewers[key] or 0) + sums[rendition]
    last[key] = math.max(last[key] or 0, lasts[rendition])
  end
  redis.call('HSET', asked_key, rendition, sums[rendition])
  answer[#answer + 1], answer[#answer + 2] = rendition, sums[rendition]
end
for key, count in pairs(viewers) do
  local expires = string.format('%d', math.ceil(last[key] * 1000))
  redis.call('SET', key, string.format('%d', count), 'PXAT', expires)
end
for _, key in ipairs({leases_key, asked_key}) do
  redis.call('PEXPIREAT', key, string.format('%d', math.ceil(last_of_all * 1000)))
end
if changed then redis.call('PUBLISH', events_channel, event) end
return answer
"""


class Count(NamedTuple):
    """The number of viewers in total and of each rendition that has any, and the time of the count
    (Unix seconds on Redis' clock)."""

    viewers: int
    t: float
    renditions: dict[Rendition, int]


def count(broker: Broker, stream: str) -> Count:
    """Sum the valid leases and delete the others; raises BrokerError."""
    return _run(broker, stream)


class Lease(NamedTuple):
    """The number of viewers that a holder has for a rendition; 0 releases the lease."""

    holder: str
    viewers: int
    rendition: str = FULL
    lifetime_s: float = LEASE_S


def write_lease(
    broker: Broker,
    stream: str,
    holder: str,
    viewers: int,
    rendition: str = FULL,
    lease_s: float = LEASE_S,
) -> Count:
    """Write one lease and count; raises BrokerError."""
    return write_leases(broker, stream, [Lease(holder, viewers, rendition, lease_s)])


def write_leases(broker: Broker, stream: str, leases: Iterable[Lease]) -> Count:
    """Write these leases and count, in one step; raises BrokerError."""
    return _run(broker, stream, *(part for lease in leases for part in lease))


def _run(broker: Broker, stream: str, *leases: str | float) -> Count:
    seconds, microseconds, *answer = broker.register_script(_COUNT)(
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
            len(PICTURE_SIZES),
            *PICTURE_SIZES,
            *leases,
        ],
    )
    renditions = {}
    for text, viewers in zip(answer[::2], answer[1::2], strict=True):
        # The script accepts names that are not UTF-8, which no message could contain.
        with contextlib.suppress(UnicodeDecodeError):
            renditions[Rendition.parse(text.decode())] = int(viewers)
    t = int(seconds) + int(microseconds) / 1e6
    return Count(sum(map(int, answer[1::2])), t, renditions)
