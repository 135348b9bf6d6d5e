"""The path of a frame through a web worker: Redis → relay → this worker's viewers.

There is one relay, with a thread and a connection of its own, for each channel of frames that a
viewer of this worker watches; it ends with the last of them. It passes each envelope on unchanged
and reads only the header. Precise tiles have one channel for all regions, and the viewers of a
region get its tiles.
"""

import itertools
import logging
import random
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

from shared import leases
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
"""How soon a viewer whose connection was busy is offered the newest frame again."""
ADMIT_TIMEOUT_S = 1.0
MIN_RETRY_S, MAX_RETRY_S = 0.5, 2.0


class Relay:
    """The path of one channel's frames to this worker's viewers; ends when ``Relays`` stops it.

    Other threads add and remove viewers; all else is done by the relay's thread. A viewer is
    admitted with Redis' time once the relay is subscribed, and gets the frames that ingest received
    after that. ``holders`` names each lease, so that one that ends does not take the next one's
    viewers with it.
    """

    def __init__(
        self,
        broker: Broker,
        clock: BrokerClock,
        stream: str,
        frames_channel: str,
        holders: Iterator[str],
    ) -> None:
        self.stream = stream
        self.frames_channel = frames_channel
        self._channel = broker.names.frames(stream, frames_channel)
        self.status: dict[str, Any] = {}
        self.schema: dict[str, Any] | None = None
        self._broker, self._clock = broker, clock
        self._log = logging.LoggerAdapter(log, {"stream": stream})
        self._received, self._delays = FRAMES_RECEIVED.labels(stream), Delays(stream, clock)
        count_unreadable = FRAMES_UNREADABLE.labels(stream).inc
        self._warn_unreadable = RateLimitedWarning(self._log, count_unreadable)
        self._holders = holders
        self._audiences: dict[Rendition, Audience] = {}
        self._is_counted = True
        """whether the gate counts our leases, as it does unless there are too many others"""
        self._stale_frames = StaleFrameFilter(stream, clock)
        self._lock = threading.Lock()
        self._subscribed, self._has_status, self._stop = (threading.Event() for _ in range(3))
        self._lease_error = BrokerError()
        self.error: BrokerError | None = None
        """why Redis does not work; None while it does"""

    @property
    def audiences(self) -> tuple[Audience, ...]:
        """The current audiences; for any thread."""
        return tuple(self._audiences.values())

    def add(self, rendition: Rendition, viewer: Viewer) -> Audience:
        """Add a viewer to a rendition's audience; :meth:`admit` lets it have frames."""
        with self._lock:
            audience = self._audiences.get(rendition)
            if audience is None:
                audience = self._audiences[rendition] = Audience(rendition, next(self._holders))
            audience.viewers.setdefault(viewer, None)
            return audience

    def remove(self, rendition: Rendition, viewer: Viewer) -> Audience | None:
        """Remove a viewer from a rendition's audience, whose lease is then to be updated."""
        with self._lock:
            audience = self._audiences.get(rendition)
            if audience:
                audience.viewers.pop(viewer, None)
                if not audience.viewers:
                    del self._audiences[rendition]
            return audience

    def admit(self, audience: Audience) -> None:
        """Count and admit new viewers, after the subscription; return with the status known.

        While Redis is unavailable it returns after a second or two, and the relay's thread does so
        later.
        """
        self._subscribed.wait(timeout=ADMIT_TIMEOUT_S)
        self.update_lease(audience)
        self._has_status.wait(timeout=ADMIT_TIMEOUT_S)

    def update_lease(self, *audiences: Audience) -> None:
        """Write the number of viewers to Redis."""
        with self._lock:
            if self._subscribed.is_set():
                self._renew_lease(audiences)

    def stop(self) -> None:
        """End the thread soon; a lease ends when it is updated without viewers."""
        self._stop.set()

    def close(self) -> None:
        """Stop, and end all leases."""
        self.stop()
        audiences = self.audiences
        for audience in audiences:
            audience.viewers = {}
        self.update_lease(*audiences)

    def run(self) -> None:
        """Relay frames until stopped."""
        retry_s = MIN_RETRY_S
        while not self._stop.is_set():
            try:
                with self._broker.pubsub() as frames:
                    self._subscribe(frames)
                    retry_s = MIN_RETRY_S
                    self._relay(frames)
            except Exception as error:  # noqa: BLE001 - else the stream stays dark
                self._on_broker_lost(error)
                self._stop.wait(retry_s * random.uniform(0.5, 1.0))
                retry_s = min(2 * retry_s, MAX_RETRY_S)
        # A socket's time-out keeps the relay in memory until unreachable objects are collected.
        self._audiences = {}

    def _subscribe(self, frames: Any) -> None:
        """Subscribe, and wait until Redis has confirmed it."""
        channels = self._channel, self._broker.names.events
        frames.subscribe(*channels)
        for _ in channels:
            if next_message(frames, 1.0) is None:
                raise BrokerError("no answer to SUBSCRIBE")
        self._subscribed.set()

    def _relay(self, frames: Any) -> None:
        event = f"status {self.stream}".encode()
        channel = self._channel.encode()
        due = 0.0
        while not self._stop.is_set():
            now = time.monotonic()
            if now >= due:
                self.update_lease(*self.audiences)
                self._refresh_status()
                due = now + leases.RENEW_S
            late = [audience for audience in self.audiences if audience.late]
            poll_s = LATE_POLL_S if late else POLL_S
            message = next_message(frames, min(poll_s, due - now))
            if message is None:
                for audience in late:
                    audience.offer_again(self._stale_frames, time.monotonic())
            elif message["type"] != "message":
                continue
            elif message["channel"] == channel:
                self._deliver(message["data"])
            elif message["data"] == event:
                self._refresh_status()

    def _deliver(self, message: bytes) -> None:
        self._received.inc()
        try:
            frame = Frame(self.stream, message)
            if self._stale_frames.rejects(frame):
                return
            tiles = RegionTiles(frame)
            offers = [(each, tiles.select(each.rendition.region)) for each in self.audiences]
        except BadEnvelope as error:
            self._warn_unreadable("stream %s: a message is not a frame: %s", self.stream, error)
            return
        if frame.header.get("schema") != (self.schema or {}).get("hash"):
            self._refresh_schema()
        published = frame.header.get("t_published")
        self._delays.observe(frame.received, published if isinstance(published, float) else None)
        now = time.monotonic()
        for audience, region_frame in offers:
            audience.offer(region_frame, now)

    def _renew_lease(self, audiences: Iterable[Audience]) -> None:
        """Write the number of viewers, and admit new ones. With the lock held."""
        try:
            counted = leases.write_leases(
                self._broker, self.stream, [audience.lease for audience in audiences]
            )
        except BrokerError as error:
            self._lease_error = error
            self._subscribed.clear()  # the relay's thread will notice it, and subscribe again
            return
        self._clock.observe(counted.t, time.monotonic())
        accepted = {rendition.frames_channel for rendition in counted.renditions}
        self._is_counted = not self._audiences or self.frames_channel in accepted
        for audience in audiences:
            audience.admit(counted.t)

    def _refresh_status(self) -> None:
        """Read the status and send it to the viewers."""
        if not self._subscribed.is_set():
            raise self._lease_error
        if self.status.get("state") == "broker_lost":
            self._log.info("stream %s: Redis works again", self.stream)
        self.error = None
        refusal = {} if self._is_counted else {"message": TOO_MANY_RENDITIONS}
        self.status = read_status(self._broker, self.stream) | refusal
        self._stale_frames.on_status(self.status)
        if self.schema is None:
            self.schema = read_schema(self._broker, self.stream)
        self._notify("status", self.status)
        self._has_status.set()

    def _refresh_schema(self) -> None:
        self.schema = read_schema(self._broker, self.stream)
        if self.schema:
            self._notify("schema", {**self.schema, "stream": self.stream})

    def _on_broker_lost(self, error: Exception) -> None:
        """Handle an error of Redis, or a fault of our own (the log has its traceback)."""
        reason = failure_message(error)
        if reason is UNEXPECTED_DATA:
            FAULTS.labels("relay").inc()
            self._log.error(
                "stream %s: unexpected error in the relay, which restarts",
                self.stream,
                exc_info=error,
            )
        with self._lock:
            self._subscribed.clear()
            for audience in self.audiences:
                audience.suspend()
        self.error = error if isinstance(error, BrokerError) else None
        if self.status.get("state") != "broker_lost":
            self._log.warning("stream %s: %s", self.stream, reason)
            BROKER_LOSSES.inc()
        lost = {"state": "broker_lost", "message": reason, "stream": self.stream}
        self.status = {**self.status, **lost}
        self._notify("status", self.status)
        self._has_status.set()

    def _notify(self, name: str, payload: dict[str, Any]) -> None:
        event = Event(name, payload)
        for viewer in {viewer for each in self.audiences for viewer in tuple(each.viewers)}:
            viewer.send_event(event)


class Relays:
    """The relays of one worker: one for each channel of frames that its viewers watch."""

    def __init__(self, broker: Broker, worker: str) -> None:
        self.clock = BrokerClock()
        self._broker = broker
        self._relays: dict[tuple[str, str], Relay] = {}
        self._holders = (f"{worker}/{number}" for number in itertools.count(1))
        self._lock = threading.Lock()
        VIEWER_COLLECTOR.relays = self._list_viewers

    def watch(self, stream: str, rendition: Rendition, viewer: Viewer) -> Relay:
        """Add a viewer and return its relay, with the status known if Redis answers."""
        with self._lock:
            key = stream, rendition.frames_channel
            relay = self._relays.get(key)
            if relay is None:
                relay = Relay(self._broker, self.clock, *key, self._holders)
                self._relays[key] = relay
                threading.Thread(target=relay.run, name=f"relay {stream}", daemon=True).start()
            audience = relay.add(rendition, viewer)
        relay.admit(audience)
        return relay

    def unwatch(self, stream: str, rendition: Rendition, viewer: Viewer) -> None:
        """Remove a viewer, and update the lease immediately."""
        with self._lock:
            key = stream, rendition.frames_channel
            relay = self._relays.get(key)
            audience = relay and relay.remove(rendition, viewer)
            if not relay or not audience:
                return
            if not relay.audiences:
                del self._relays[key]
                relay.stop()
        relay.update_lease(audience)

    def close(self) -> None:
        """End all leases: the worker ends."""
        with self._lock:
            relays, self._relays = list(self._relays.values()), {}
        for relay in relays:
            relay.close()

    def _list_viewers(self) -> list[tuple[str, list[Viewer]]]:
        """Return the stream of each relay, and its viewers."""
        return [
            (relay.stream, [viewer for each in relay.audiences for viewer in tuple(each.viewers)])
            for relay in tuple(self._relays.values())
        ]
