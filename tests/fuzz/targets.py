"""The targets and their numbers of inputs."""

from tests.fuzz import described, envelopes, pushes, raw_http, redis_keys, sockets, texts, wire
from tests.fuzz.harness import Target

TARGETS = {
    "messages": Target(wire.messages, 150_000, 150),
    "parts": Target(wire.parts, 250_000, 2_000),
    "frames": Target(envelopes.in_a_worker, 200_000, 500),
    "page": Target(envelopes.in_the_page, 200_000, 1_000),
    "leases": Target(redis_keys.leases, 50_000, 200),
    "readers": Target(redis_keys.readers, 100_000, 300),
    "channel": Target(redis_keys.channel, 50_000, 500),
    "texts": Target(texts.texts, 150_000, 1_000),
    "pushes": Target(pushes.in_process, 150_000, 500),
    "ids": Target(pushes.ids, 1_000_000, 20_000),
    "push_wire": Target(pushes.over_the_wire, 15_000, 150),
    "sockets": Target(sockets.sockets, 15_000, 80),
    "requests": Target(raw_http.requests_of_all_kinds, 15_000, 80),
    "described": Target(described.described, 10_000, 40),
}
"""name → target; a whole run is more than two million inputs, half of them over real connections"""
