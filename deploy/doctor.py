"""``python -m deploy.doctor``: check every part of Beamcast and explain what is wrong.

It checks from the machine on which it runs; with containers ``docker compose exec web python -m
deploy.doctor``. For a few seconds it is a viewer, so that there are frames even without others.
"""

import contextlib
import http.client
import os
import re
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import redis

from shared import leases, settings, video_url
from shared.broker import Broker, BrokerError, connect, next_message, read_typed
from shared.broker_clock import BrokerClock
from shared.broker_fault import explain
from shared.envelope import BadEnvelope, read_header
from shared.redis_url import without_password
from shared.settings import DoctorSettings
from shared.validators import STREAM_NAME

WATCH_S = 4.0
RTSP_PORTS = {"rtsp": 554, "rtsps": 322}
SLOW_PING_S = 0.02
MAX_FRAME_AGE_S = 0.5
MAX_CLOCK_OFFSET_S = 1.0
MAX_MEMORY_USE = 0.9
LOSS_COUNTERS = {
    "missed": "pulses of the source do not arrive: a PUSH source has another reader, or the "
    "network is too slow",
    "publish_failed": "Redis rejected frames: check its memory and its log",
    "pulses_lost": "values of pulses were dropped: there are too many between two frames",
}
"""counter of the status → what its increase means"""
NO_STREAM = ""
"""not the name of any stream, so that a lease on it requests no frames"""
EXTRA_HINTS = {
    "rights": "The user web has the permissions: --redis redis://web:…",
    "unreachable": "In a container 127.0.0.1 is the container.",
}
"""kind of a Redis fault → another hint"""
OK, WARNING, ERROR = "ok", "warn", "ERROR"


class Finding(NamedTuple):
    """The result of one check."""

    level: str
    text: str
    advice: str = ""


def ok(text: str) -> Finding:
    """Return a finding without a fault."""
    return Finding(OK, text)


def redis_findings(broker: Broker) -> Iterator[Finding]:
    """Check Redis; raises BrokerError if it rejects a necessary command."""
    times = []
    for _ in range(5):
        start = time.monotonic()
        seconds, microseconds = broker.time()
        times.append(time.monotonic() - start)
    ping_s = min(times)
    answer = f"Redis answers in {1000 * ping_s:.1f} ms"
    if ping_s > SLOW_PING_S:
        yield Finding(
            WARNING, answer, "every frame is delayed by this; run Redis close to ingest and web"
        )
    else:
        yield ok(answer)
    off_s = time.time() - (seconds + microseconds / 1e6)
    if abs(off_s) > MAX_CLOCK_OFFSET_S:
        yield Finding(
            WARNING,
            f"this machine's clock differs from Redis' by {off_s:+.1f} s",
            "Beamcast uses Redis' clock only, but logs do not: synchronize both with NTP",
        )
    else:
        yield ok("this machine's clock and Redis' agree")
    with contextlib.suppress(redis.ResponseError):  # a user with few permissions may not ask
        yield from memory_findings(broker.info("memory"))
    for viewers in (1, 0):  # a replica or a full Redis rejects this
        leases.write_lease(broker, NO_STREAM, f"doctor:{os.getpid()}", viewers)


def memory_findings(memory: Any) -> Iterator[Finding]:
    """Check the answer of ``INFO memory``."""
    used, limit = memory["used_memory"], memory.get("maxmemory", 0)
    if limit and used > MAX_MEMORY_USE * limit:
        advice = "when full it rejects writes: find the largest keys with redis-cli --bigkeys"
        yield Finding(ERROR, f"Redis has {used >> 20} of {limit >> 20} MiB in use", advice)
    if limit and memory.get("maxmemory_policy") != "noeviction":
        policy = memory["maxmemory_policy"]
        advice = "it may delete leases and streams: set maxmemory-policy noeviction"
        yield Finding(WARNING, f"Redis deletes keys when it is full ({policy})", advice)


def stream_findings(broker: Broker, stream: str) -> Iterator[Finding]:
    """Check ingest, its source and the frames of one stream; raises BrokerError."""
    status = read_status(broker, stream)
    if not status:
        yield Finding(
            ERROR,
            f"{stream}: no ingest is running",
            f"start it: python -m ingest --stream {stream}; or check its log for why it ended",
        )
        return
    where = f"{status.get('host', '?')}, pid {status.get('pid', '?')}"
    state, message = status.get("state", "?"), status.get("message", "")
    if state == "live":
        rate = status.get("fps_in", "?")
        yield ok(f"{stream}: ingest on {where} receives {rate} messages per second")
    elif state == "closed":
        yield ok(f"{stream}: ingest on {where} opens its video when someone watches; now it does")
    else:
        advice = message or "the page explains this state"
        yield Finding(ERROR, f"{stream}: ingest on {where} reports {state!r}", advice)
    standby = read_typed(lambda: broker.get(broker.names.standby(stream)), None)
    if standby:
        yield ok(f"{stream}: {standby.decode(errors='replace')} is on standby")
    yield from source_findings(stream, status)
    yield from frame_findings(broker, stream, state)
    later = read_status(broker, stream)
    if state == "closed" and later.get("state") not in ("live", "closed"):
        advice = str(later.get("message", ""))
        yield Finding(ERROR, f"{stream}: its video does not start when it is watched", advice)
    for counter, meaning in LOSS_COUNTERS.items():
        increase = number(later.get(counter)) - number(status.get(counter))
        if increase > 0:
            text = f"{stream}: {counter} increased by {increase:g} in {WATCH_S:g} s"
            yield Finding(WARNING, text, meaning)
    if later.get("errors", "{}") != status.get("errors", "{}"):
        last = later.get("last_error", "")
        yield Finding(WARNING, f"{stream}: the source sends invalid data", last)


def source_findings(stream: str, status: Mapping[str, str]) -> Iterator[Finding]:
    """Check whether the source accepts a connection, without reading: a message of a PUSH source
    that is read here would not reach ingest."""
    address = status.get("source", "")
    parts = urlsplit(address)
    if video_url.kind(address) not in ("", "rtsp"):
        return  # cannot be checked from here
    try:
        port = parts.port or RTSP_PORTS.get(parts.scheme, 0)
        with socket.create_connection((parts.hostname or "", port), timeout=3):
            yield ok(f"{stream}: {address} accepts connections")
    except (OSError, ValueError) as error:
        level = WARNING if status.get("state") == "live" else ERROR
        advice = (
            "is the camera's server running, and the port right? (it may still answer to ingest)"
        )
        yield Finding(level, f"{stream}: nothing answers at {address} from here ({error})", advice)


def frame_findings(broker: Broker, stream: str, state: str) -> Iterator[Finding]:
    """Watch the stream, and check whether frames arrive and how old they are."""
    holder, clock, ages, cameras = f"doctor:{os.getpid()}", BrokerClock(), [], []
    with broker.pubsub() as frames:
        frames.subscribe(broker.names.frames(stream))
        next_message(frames, 1.0)
        end, renew_at = time.monotonic() + WATCH_S, 0.0
        try:
            while (now := time.monotonic()) < end:
                if now >= renew_at:
                    counted = leases.write_lease(broker, stream, holder, 1)
                    clock.observe(counted.t, time.monotonic())
                    renew_at = now + leases.RENEW_S
                message = next_message(frames, 0.2)
                if message and message["type"] == "message":
                    with contextlib.suppress(BadEnvelope):
                        header = read_header(message["data"])
                        ages.append(clock.at(time.monotonic()) - number(header["t_received"]))
                        if header.get("t_source"):
                            cameras.append(header["t_received"] - header["t_source"])
        finally:
            others = leases.write_lease(broker, stream, holder, 0).viewers
    viewers = f"{others} other viewer{'' if others == 1 else 's'}"
    if not ages:
        if state == "live":
            advice = "ingest is live but publishes nothing: check its log and its CPU load"
            yield Finding(ERROR, f"{stream}: no frame arrived in {WATCH_S:g} s, {viewers}", advice)
        return
    median = sorted(ages)[len(ages) // 2]
    rate = len(ages) / WATCH_S
    text = f"{stream}: {rate:.1f} frames per second, {1000 * median:.0f} ms old, {viewers}"
    if median > MAX_FRAME_AGE_S:
        yield Finding(ERROR, text, "ingest or Redis is overloaded, or the network to here is slow")
    else:
        yield ok(text)
    if cameras and abs(off_s := sorted(cameras)[len(cameras) // 2]) > MAX_CLOCK_OFFSET_S:
        text = f"{stream}: the camera's timestamps are {off_s:+.1f} s off"
        yield Finding(
            WARNING, text, "its clock is wrong, or its messages are delayed before they are sent"
        )


def page_findings(page: str) -> Iterator[Finding]:
    """Check whether a web worker, or the proxy before it, answers."""
    parts = urlsplit(page)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    for path, meaning in (("/healthz", "serves"), ("/readyz", "reaches Redis")):
        connection = kind(parts.hostname or "", parts.port, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            yield Finding(ERROR, f"{page} does not answer ({error})", "is a web worker running?")
            return
        finally:
            connection.close()
        if answer == 200:
            yield ok(f"{page} {meaning}")
        else:
            yield Finding(ERROR, f"{page}{path} returned status {answer}", "its log says why")


def read_status(broker: Broker, stream: str) -> dict[str, str]:
    """Return the status hash as text; empty if there is no ingest."""
    fields = read_typed(lambda: broker.hgetall(broker.names.status(stream)), {})
    return {k.decode(errors="replace"): v.decode(errors="replace") for k, v in fields.items()}


def number(value: Any) -> float:
    """Return the value as a number; 0 if it is not one."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0


def findings(options: DoctorSettings) -> Iterator[Finding]:
    """Check everything; yield each finding at once."""
    broker = connect(options.redis, options.redis_ca, options.installation, "beamcast-doctor")
    try:
        yield from redis_findings(broker)
        found = read_typed(lambda: broker.zrange(broker.names.streams, 0, -1), [])
        known = [name.decode(errors="replace") for name in found]
        streams = [name for name in known if re.fullmatch(STREAM_NAME, name)]
        if options.stream:
            streams = [options.stream]
        if not streams:
            yield Finding(ERROR, "no stream has ever been published", "start one: python -m ingest")
        for stream in streams:
            yield from stream_findings(broker, stream)
    except BrokerError as error:
        fault = explain(error)
        text = f"Redis at {without_password(options.redis)}: {fault.reason}"
        yield Finding(ERROR, text, f"{fault.hint} {EXTRA_HINTS.get(fault.kind, '')}".rstrip())
    if options.page:
        yield from page_findings(options.page.rstrip("/"))


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Print the findings; return 0 without errors, otherwise 1."""
    options = settings.read(DoctorSettings, argv, environ)
    levels = []
    for finding in findings(options):
        levels.append(finding.level)
        text = finding.text.translate(ESCAPED)
        print(f"{finding.level:<5}  {text}", flush=True)
        if finding.advice:
            print(f"       → {finding.advice.translate(ESCAPED)}", flush=True)
    errors, warnings = levels.count(ERROR), levels.count(WARNING)
    print(f"errors: {errors}, warnings: {warnings}")
    return int(errors > 0)


ESCAPED = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}
"""control characters: a stream's texts must not control the terminal"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
