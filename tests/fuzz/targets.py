"""The targets and their numbers of inputs."""

from tests.fuzz import (
    bsread_messages,
    envelopes,
    openapi,
    push,
    raw_http,
    redis_keys,
    sockets,
    texts,
)
from tests.fuzz.harness import Target

TARGETS = {
    "messages": Target(bsread_messages.messages, 150_000, 150),
    "parts": Target(bsread_messages.parts, 250_000, 2_000),
    "frames": Target(envelopes.in_a_worker, 200_000, 500),
    "page": Target(envelopes.in_the_page, 200_000, 1_000),
    "leases": Target(redis_keys.leases, 50_000, 200),
    "readers": Target(redis_keys.readers, 100_000, 300),
    "channel": Target(redis_keys.channel, 50_000, 500),
    "texts": Target(texts.texts, 150_000, 1_000),
    "pushes": Target(push.in_process, 150_000, 500),
    "ids": Target(push.new_ids, 1_000_000, 20_000),
    "push_wire": Target(push.over_connections, 15_000, 150),
    "sockets": Target(sockets.sockets, 15_000, 80),
    "requests": Target(raw_http.http_requests, 15_000, 80),
    "described": Target(openapi.openapi_requests, 10_000, 40),
}
"""Name → target; a full run has more than two million inputs, half of them over connections."""
