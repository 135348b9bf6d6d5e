"""The way of a frame through a web worker: Redis → relay → this worker's viewers.

One relay, with a thread and a connection of its own, for each channel of frames that a viewer of
this worker watches; it ends with the last of them. It hands each envelope on as it came: only the
header is read. Of precise tiles, which have one channel whatever their region, the viewers of a
region get theirs.
"""

import itertools
import logging
import random
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

from shared import gate
from shared.broker import Broker, BrokerError, next_message
from shared.broker_clock import BrokerClock
from shared.envelope import BadEnvelope
from shared.log import RateLimitedWarning
from shared.renditions import Rendition
from web.fanout.audience import Audience
from web.fanout.messages import Event, Frame
from web.fanout.stale_frames import StaleFrameFilter
from web.fanout.tiles import RegionTiles
from web.fanout.viewers import Viewer
from web.metrics import (
    BROKER_LOSSES,
    FAULTS,
    FRAMES_RECEIVED,
    FRAMES_UNREADABLE,
    VIEWER_COLLECTOR,
    Delays,
)
from web.streams import (
    TOO_MANY_RENDITIONS,
    UNEXPECTED_DATA,
    failure_message,
    read_schema,
    read_status,
)

log = logging.getLogger(__name__)

POLL_S = 0.25
LATE_POLL_S = 0.02
"""How soon a viewer whose line was busy is offered the newest frame again."""
WELCOME_S = 1.0
RETRY_S = 0.5
RETRY_AT_MOST_S = 2.0


class Relay:
    """One channel's way to this worker's viewers; ends when ``Relays`` stops it.

    Other threads add and remove viewers; all the rest is the relay's thread. A viewer is stamped
    with Redis' time once the relay is subscribed, and gets the frames that ingest received after
    that. ``holders`` names each lease: one that ends cannot take the next one's viewers along.
    """

    def __init__(
        self,
        broker: Broker,
        clock: BrokerClock,
        stream: str,
        channel: str,
        holders: Iterator[str],
    ) -> None:
        self.stream = stream
        self.channel = channel
        self._channel = broker.names.frames(stream, channel)
        self.status: dict[str, Any] = {}
        self.schema: dict[str, Any] | None = None
        self._broker, self._clock = broker, clock
        self._log = logging.LoggerAdapter(log, {"stream": stream})
        self._received, self._delays = FRAMES_RECEIVED.labels(stream), Delays(stream, clock)
        count_unreadable = FRAMES_UNREADABLE.labels(stream).inc
        self._warn_unreadable = RateLimitedWarning(self._log, count_unreadable)
        self._holders = holders
        self._audiences: dict[Rendition, Audience] = {}
        self._is_asked = True
        """whether the gate counts our leases, as it does unless there are too many others"""
        self._fence = StaleFrameFilter(stream, clock)
        self._lock = threading.Lock()
        self._subscribed, self._looked, self._stop = (threading.Event() for _ in range(3))
        self._refused = BrokerError()
        self.error: BrokerError | None = None
        """what Redis does not do, while it does not"""

    @property
    def audiences(self) -> tuple[Audience, ...]:
        """Those that are here now; any thread."""
        return tuple(self._audiences.values())

    def add(self, rendition: Rendition, viewer: Viewer) -> Audience:
        """Takes a viewer in; :meth:`welcome` lets its audience have frames."""
        with self._lock:
            audience = self._audiences.get(rendition)
            if audience is None:
                audience = self._audiences[rendition] = Audience(rendition, next(self._holders))
            audience.viewers.setdefault(viewer, None)
            return audience

    def remove(self, rendition: Rendition, viewer: Viewer) -> Audience | None:
        """Takes a viewer out of this rendition's audience, which is then to be recounted."""
        with self._lock:
            audience = self._audiences.get(rendition)
            if audience:
                audience.viewers.pop(viewer, None)
                if not audience.viewers:
                    del self._audiences[rendition]
            return audience

    def welcome(self, audience: Audience) -> None:
        """Counts and stamps who is new, after the subscription; returns with the status known.

        With Redis away it returns after a second or two: the relay's thread catches up.
        """
        self._subscribed.wait(timeout=WELCOME_S)
        self.recount(audience)
        self._looked.wait(timeout=WELCOME_S)

    def recount(self, *audiences: Audience) -> None:
        """Says how many they are now."""
        with self._lock:
            if self._subscribed.is_set():
                self._hold(audiences)

    def stop(self) -> None:
        """Ends the thread soon; a lease goes when its audience is recounted without viewers."""
        self._stop.set()

    def close(self) -> None:
        """Lets everybody go."""
        self.stop()
        audiences = self.audiences
        for audience in audiences:
            audience.viewers = {}
        self.recount(*audiences)

    def run(self) -> None:
        """Carries frames until stopped."""
        retry_s = RETRY_S
        while not self._stop.is_set():
            try:
                with self._broker.pubsub() as frames:
                    self._subscribe(frames)
                    retry_s = RETRY_S
                    self._carry(frames)
            except Exception as problem:  # noqa: BLE001 - a relay that ends leaves its stream dark
                self._lost(problem)
                self._stop.wait(retry_s * random.uniform(0.5, 1.0))
                retry_s = min(2 * retry_s, RETRY_AT_MOST_S)
        # A socket's time-out keeps the relay in memory until unreachable objects are looked for.
        self._audiences = {}

    def _subscribe(self, frames: Any) -> None:
        """Returns once Redis has confirmed, with every viewer stamped and counted after that."""
        channels = self._channel, self._broker.names.events
        frames.subscribe(*channels)
        for _ in channels:
            if next_message(frames, 1.0) is None:
                raise BrokerError("no answer to SUBSCRIBE")
        self._subscribed.set()

    def _carry(self, frames: Any) -> None:
        event = f"status {self.stream}".encode()
        channel = self._channel.encode()
        due = 0.0
        while not self._stop.is_set():
            now = time.monotonic()
            if now >= due:
                self.recount(*self.audiences)
                self._look()
                due = now + gate.RENEW_S
            late = [audience for audience in self.audiences if audience.late]
            poll_s = LATE_POLL_S if late else POLL_S
            message = next_message(frames, min(poll_s, due - now))
            if message is None:
                for audience in late:
                    audience.offer_again(self._fence, time.monotonic())
            elif message["type"] != "message":
                continue
            elif message["channel"] == channel:
                self._deliver(message["data"])
            elif message["data"] == event:
                self._look()

    def _deliver(self, message: bytes) -> None:
        self._received.inc()
        try:
            frame = Frame(self.stream, message)
            if self._fence.stops(frame):
                return
            excerpts = RegionTiles(frame)
            offers = [(of, excerpts.of(of.rendition.region)) for of in self.audiences]
        except BadEnvelope as problem:
            self._warn_unreadable("stream %s: a message is not a frame: %s", self.stream, problem)
            return
        if frame.header.get("schema") != (self.schema or {}).get("hash"):
            self._look_at_schema()
        published = frame.header.get("t_published")
        self._delays.observe(frame.received, published if isinstance(published, float) else None)
        now = time.monotonic()
        for audience, excerpt in offers:
            audience.offer(excerpt, now)

    def _hold(self, audiences: Iterable[Audience]) -> None:
        """Says how many they are, and stamps who is new. With the lock held."""
        leases = [audience.lease for audience in audiences]
        try:
            counted = gate.hold_all(self._broker, self.stream, leases)
        except BrokerError as problem:
            self._refused = problem
            self._subscribed.clear()  # the relay's thread will see it too, and start anew
            return
        self._clock.observe(counted.t, time.monotonic())
        admitted = {rendition.channel for rendition in counted.renditions}
        self._is_asked = not self._audiences or self.channel in admitted
        for audience in audiences:
            audience.stamp(counted.t)

    def _look(self) -> None:
        """Reads the status and tells the viewers."""
        if not self._subscribed.is_set():
            raise self._refused
        if self.status.get("state") == "broker_lost":
            self._log.info("stream %s: Redis works again", self.stream)
        self.error = None
        crowded = {} if self._is_asked else {"message": TOO_MANY_RENDITIONS}
        self.status = read_status(self._broker, self.stream) | crowded
        self._fence.told(self.status)
        if self.schema is None:
            self.schema = read_schema(self._broker, self.stream)
        self._tell("status", self.status)
        self._looked.set()

    def _look_at_schema(self) -> None:
        self.schema = read_schema(self._broker, self.stream)
        if self.schema:
            self._tell("schema", {**self.schema, "stream": self.stream})

    def _lost(self, problem: Exception) -> None:
        """Redis fails, or a fault of our own (the log has its traceback); the viewers are told."""
        words = failure_message(problem)
        if words is UNEXPECTED_DATA:
            FAULTS.labels("relay").inc()
            self._log.error("stream %s: the relay begins anew", self.stream, exc_info=problem)
        with self._lock:
            self._subscribed.clear()
            for audience in self.audiences:
                audience.unstamp()
        self.error = problem if isinstance(problem, BrokerError) else None
        if self.status.get("state") != "broker_lost":
            self._log.warning("stream %s: %s", self.stream, words)
            BROKER_LOSSES.inc()
        lost = {"state": "broker_lost", "message": words, "stream": self.stream}
        self.status = {**self.status, **lost}
        self._tell("status", self.status)
        self._looked.set()

    def _tell(self, name: str, payload: dict[str, Any]) -> None:
        event = Event(name, payload)
        for viewer in {viewer for of in self.audiences for viewer in tuple(of.viewers)}:
            viewer.send_event(event)


class Relays:
    """The relays of one worker: one for each channel of frames that somebody here watches."""

    def __init__(self, broker: Broker, worker: str) -> None:
        self.clock = BrokerClock()
        self._broker = broker
        self._relays: dict[tuple[str, str], Relay] = {}
        self._holders = (f"{worker}/{number}" for number in itertools.count(1))
        self._lock = threading.Lock()
        VIEWER_COLLECTOR.relays = self._watching

    def watch(self, stream: str, rendition: Rendition, viewer: Viewer) -> Relay:
        """Adds a viewer; returns its relay, with the status known if Redis answers."""
        with self._lock:
            key = stream, rendition.channel
            relay = self._relays.get(key)
            if relay is None:
                relay = Relay(self._broker, self.clock, *key, self._holders)
                self._relays[key] = relay
                threading.Thread(target=relay.run, name=f"relay {stream}", daemon=True).start()
            audience = relay.add(rendition, viewer)
        relay.welcome(audience)
        return relay

    def unwatch(self, stream: str, rendition: Rendition, viewer: Viewer) -> None:
        """Takes a viewer out; the gate knows at once."""
        with self._lock:
            key = stream, rendition.channel
            relay = self._relays.get(key)
            audience = relay and relay.remove(rendition, viewer)
            if not relay or not audience:
                return
            if not relay.audiences:
                del self._relays[key]
                relay.stop()
        relay.recount(audience)

    def close(self) -> None:
        """Gives all leases back; the worker ends."""
        with self._lock:
            relays, self._relays = list(self._relays.values()), {}
        for relay in relays:
            relay.close()

    def _watching(self) -> list[tuple[str, list[Viewer]]]:
        """The stream of each relay, and its viewers."""
        return [
            (relay.stream, [viewer for of in relay.audiences for viewer in tuple(of.viewers)])
            for relay in tuple(self._relays.values())
        ]
