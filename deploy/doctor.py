"""``python -m deploy.doctor``: looks at every part, and says in plain words what is wrong.

It looks from where it runs; in containers ``docker compose exec web python -m deploy.doctor``.
For a few seconds it counts as a viewer, so that it sees frames even if nobody watches.
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

from shared import gate, settings, video_url
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
OLD_S = 0.5
CLOCK_OFF_S = 1.0
FULL = 0.9
RISING = {
    "missed": "pulses of the source do not arrive: another reader of a PUSH source, or a line that "
    "carries too little",
    "publish_failed": "Redis did not take frames: look at its memory and its log",
    "pulses_lost": "values of pulses were left out: too many come between two frames",
}
"""counter of the status → what it means that it grows"""
NO_STREAM = ""
"""No stream has this name, so that a lease on it asks for no frames."""
MORE = {
    "rights": "The user web may look at all of it: --redis redis://web:…",
    "unreachable": "In a container 127.0.0.1 is the container.",
}
"""kind of a fault of Redis → what to do besides"""
GOOD, ODD, BAD = "ok", "look", "WRONG"


class Finding(NamedTuple):
    """One line of the answer."""

    level: str
    text: str
    advice: str = ""


def good(text: str) -> Finding:
    """All is well there."""
    return Finding(GOOD, text)


def redis_findings(broker: Broker) -> Iterator[Finding]:
    """Raises BrokerError when Redis does not do what is needed."""
    times = []
    for _ in range(5):
        start = time.monotonic()
        seconds, microseconds = broker.time()
        times.append(time.monotonic() - start)
    ping_s = min(times)
    answer = f"Redis answers in {1000 * ping_s:.1f} ms"
    if ping_s > SLOW_PING_S:
        yield Finding(ODD, answer, "every frame waits so long; Redis belongs near ingest and web")
    else:
        yield good(answer)
    off_s = time.time() - (seconds + microseconds / 1e6)
    if abs(off_s) > CLOCK_OFF_S:
        yield Finding(
            ODD,
            f"this machine's clock is {off_s:+.1f} s off Redis'",
            "Beamcast goes by Redis' clock alone, but logs do not: let both follow NTP",
        )
    else:
        yield good("this machine's clock and Redis' agree")
    with contextlib.suppress(redis.ResponseError):  # a user with least rights may not ask
        yield from memory_findings(broker.info("memory"))
    for viewers in (1, 0):  # which a replica refuses, or a full one
        gate.hold(broker, NO_STREAM, f"doctor:{os.getpid()}", viewers)


def memory_findings(memory: Any) -> Iterator[Finding]:
    """What ``INFO memory`` tells."""
    used, most = memory["used_memory"], memory.get("maxmemory", 0)
    if most and used > FULL * most:
        advice = "it refuses to write when full: see what fills it (redis-cli --bigkeys)"
        yield Finding(BAD, f"Redis has {used >> 20} of {most >> 20} MiB in use", advice)
    if most and memory.get("maxmemory_policy") != "noeviction":
        policy = memory["maxmemory_policy"]
        advice = "it may drop leases and streams: set maxmemory-policy noeviction"
        yield Finding(ODD, f"Redis drops keys when it is full ({policy})", advice)


def stream_findings(broker: Broker, stream: str) -> Iterator[Finding]:
    """Ingest, its source, the gate, and the frames of one stream; raises BrokerError."""
    status = read_status(broker, stream)
    if not status:
        yield Finding(
            BAD,
            f"{stream}: no ingest is running",
            f"start it: python -m ingest --stream {stream}; or look at its log for why it ended",
        )
        return
    where = f"{status.get('host', '?')}, pid {status.get('pid', '?')}"
    state, message = status.get("state", "?"), status.get("message", "")
    if state == "live":
        rate = status.get("fps_in", "?")
        yield good(f"{stream}: ingest on {where} gets {rate} messages a second")
    elif state == "closed":
        yield good(f"{stream}: ingest on {where} opens its video when somebody watches, as we do")
    else:
        advice = message or "the page's words for this state say what to do"
        yield Finding(BAD, f"{stream}: ingest on {where} says {state!r}", advice)
    waits = read_typed(lambda: broker.get(broker.names.standby(stream)), None)
    if waits:
        yield good(f"{stream}: {waits.decode(errors='replace')} stands by")
    yield from source_findings(stream, status)
    yield from frame_findings(broker, stream, state)
    later = read_status(broker, stream)
    if state == "closed" and later.get("state") not in ("live", "closed"):
        advice = str(later.get("message", ""))
        yield Finding(BAD, f"{stream}: its video does not come when it is watched", advice)
    for counter, meaning in RISING.items():
        grown = number(later.get(counter)) - number(status.get(counter))
        if grown > 0:
            yield Finding(ODD, f"{stream}: {counter} grows, by {grown:g} in {WATCH_S:g} s", meaning)
    if later.get("errors", "{}") != status.get("errors", "{}"):
        last = later.get("last_error", "")
        yield Finding(ODD, f"{stream}: the source sends what is wrong", last)


def source_findings(stream: str, status: Mapping[str, str]) -> Iterator[Finding]:
    """Whether anything answers at the source's address; reads nothing, since a message that is read
    here would be missing there."""
    address = status.get("source", "")
    parts = urlsplit(address)
    if video_url.kind(address) not in ("", "rtsp"):
        return  # which nobody can ask from here
    try:
        port = parts.port or RTSP_PORTS.get(parts.scheme, 0)
        with socket.create_connection((parts.hostname or "", port), timeout=3):
            yield good(f"{stream}: {address} takes connections")
    except (OSError, ValueError) as problem:
        level = ODD if status.get("state") == "live" else BAD
        advice = "is the camera's server running, and the port right? (ingest may see more than we)"
        yield Finding(
            level, f"{stream}: nothing answers at {address} from here ({problem})", advice
        )


def frame_findings(broker: Broker, stream: str, state: str) -> Iterator[Finding]:
    """Whether frames come while somebody watches, as we do now, and how old they are."""
    holder, clock, ages, cameras = f"doctor:{os.getpid()}", BrokerClock(), [], []
    with broker.pubsub() as frames:
        frames.subscribe(broker.names.frames(stream))
        next_message(frames, 1.0)
        end, hold_at = time.monotonic() + WATCH_S, 0.0
        try:
            while (now := time.monotonic()) < end:
                if now >= hold_at:
                    counted = gate.hold(broker, stream, holder, 1)
                    clock.observe(counted.t, time.monotonic())
                    hold_at = now + gate.RENEW_S
                message = next_message(frames, 0.2)
                if message and message["type"] == "message":
                    with contextlib.suppress(BadEnvelope):
                        header = read_header(message["data"])
                        ages.append(clock.at(time.monotonic()) - number(header["t_received"]))
                        if header.get("t_source"):
                            cameras.append(header["t_received"] - header["t_source"])
        finally:
            others = gate.hold(broker, stream, holder, 0).viewers
    watch = f"{others} viewer{'' if others == 1 else 's'} beside us"
    if not ages:
        if state == "live":
            advice = "ingest is live but publishes nothing: look at its log and its load"
            yield Finding(BAD, f"{stream}: no frame came in {WATCH_S:g} s, {watch}", advice)
        return
    middle = sorted(ages)[len(ages) // 2]
    told = (
        f"{stream}: {len(ages) / WATCH_S:.1f} frames a second, {1000 * middle:.0f} ms old, {watch}"
    )
    if middle > OLD_S:
        yield Finding(BAD, told, "ingest or Redis is overloaded, or the line to here is slow")
    else:
        yield good(told)
    if cameras and abs(off_s := sorted(cameras)[len(cameras) // 2]) > CLOCK_OFF_S:
        text = f"{stream}: the camera's timestamps are {off_s:+.1f} s off"
        yield Finding(ODD, text, "its clock is wrong, or its messages wait before they are sent")


def page_findings(page: str) -> Iterator[Finding]:
    """Whether a web worker, or what is before it, answers."""
    parts = urlsplit(page)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    for path, meaning in (("/healthz", "serves"), ("/readyz", "reaches Redis")):
        connection = kind(parts.hostname or "", parts.port, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse().status
        except (OSError, http.client.HTTPException) as problem:
            yield Finding(BAD, f"{page} does not answer ({problem})", "is a web worker running?")
            return
        finally:
            connection.close()
        if answer == 200:
            yield good(f"{page} {meaning}")
        else:
            yield Finding(BAD, f"{page}{path} answers {answer}", "its log says why")


def read_status(broker: Broker, stream: str) -> dict[str, str]:
    """The status hash as text; empty when no ingest lives."""
    fields = read_typed(lambda: broker.hgetall(broker.names.status(stream)), {})
    return {k.decode(errors="replace"): v.decode(errors="replace") for k, v in fields.items()}


def number(value: Any) -> float:
    """What it is as a number; 0 for what is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0


def findings(options: DoctorSettings) -> Iterator[Finding]:
    """All of them, as they are found."""
    broker = connect(options.redis, options.redis_ca, options.installation, "beamcast-doctor")
    try:
        yield from redis_findings(broker)
        found = read_typed(lambda: broker.zrange(broker.names.streams, 0, -1), [])
        known = [name.decode(errors="replace") for name in found]
        streams = [name for name in known if re.fullmatch(STREAM_NAME, name)]
        if options.stream:
            streams = [options.stream]
        if not streams:
            yield Finding(BAD, "no stream was ever seen", "start one: python -m ingest")
        for stream in streams:
            yield from stream_findings(broker, stream)
    except BrokerError as problem:
        fault = explain(problem)
        text = f"Redis at {without_password(options.redis)}: {fault.reason}"
        yield Finding(BAD, text, f"{fault.hint} {MORE.get(fault.kind, '')}".rstrip())
    if options.page:
        yield from page_findings(options.page.rstrip("/"))


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """0 when nothing is wrong, 1 when something is."""
    options = settings.read(DoctorSettings, argv, environ)
    levels = []
    for finding in findings(options):
        levels.append(finding.level)
        text = finding.text.translate(ESCAPED)
        print(f"{finding.level:<5}  {text}", flush=True)
        if finding.advice:
            print(f"       → {finding.advice.translate(ESCAPED)}", flush=True)
    wrong, odd = levels.count(BAD), levels.count(ODD)
    print(f"{wrong or 'nothing'} wrong, {odd or 'nothing'} else to look at")
    return int(wrong > 0)


ESCAPED = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}
"""a stream may say anything; a terminal must not obey"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
