"""The way of a frame through a web worker: Redis → relay → this worker's viewers.

One relay, with a thread and a connection of its own, for each rendition of a stream that a viewer
of this worker watches; it ends with the last of them. It hands each envelope on as it came: only
the header is read. Of precise tiles it hands on those of its region.
"""

import itertools
import logging
import random
import threading
import time
from typing import Any

from shared import gate
from shared.broker import Broker, BrokerError, next_message
from shared.broker_clock import BrokerClock
from shared.envelope import BadEnvelope
from shared.renditions import Rendition
from web.event import Event
from web.excerpt import excerpt
from web.fence import Fence
from web.frame import Frame
from web.metrics import BROKER_LOSSES, CENSUS, FAULTS, FRAMES_RECEIVED, Delays
from web.outbox import Delivery
from web.streams import BROKER_ODD, CROWDED, read_schema, read_status, why_lost
from web.unreadable import Unreadable
from web.viewers import Viewer

log = logging.getLogger(__name__)

POLL_S = 0.25
LATE_POLL_S = 0.02
"""How soon a viewer whose line was busy is offered the newest frame again."""
WELCOME_S = 1.0
RETRY_S = 0.5
RETRY_AT_MOST_S = 2.0


class Relay:
    """One rendition's way to this worker's viewers; ends when ``Relays`` stops it.

    Other threads add and remove viewers; all the rest is the relay's thread. A viewer is stamped
    with Redis' time once the relay is subscribed, and gets the frames that ingest received after
    that.
    """

    def __init__(
        self, broker: Broker, clock: BrokerClock, stream: str, rendition: Rendition, holder: str
    ) -> None:
        self.stream = stream
        self.rendition = rendition
        self._channel = broker.names.frames(stream, rendition.channel)
        self.status: dict[str, Any] = {}
        self.schema: dict[str, Any] | None = None
        self._broker, self._clock = broker, clock
        self._log = logging.LoggerAdapter(log, {"stream": stream})
        self._received, self._delays = FRAMES_RECEIVED.labels(stream), Delays(stream, clock)
        self._unreadable = Unreadable(stream, self._log)
        self._holder = holder
        self._accepted: dict[Viewer, float | None] = {}
        self._is_asked = True
        """whether the gate counts our lease, as it does unless there are too many others"""
        self._fence = Fence(stream, clock)
        self._newest: Frame | None = None
        self._late: set[Viewer] = set()
        """those whose line was busy when the newest frame came"""
        self._lock = threading.Lock()
        self._subscribed, self._looked, self._stop = (threading.Event() for _ in range(3))
        self._refused = BrokerError()
        self.problem: BrokerError | None = None
        """what Redis does not do, while it does not"""

    def add(self, viewer: Viewer) -> None:
        """Takes a viewer in; :meth:`welcome` lets it have frames."""
        with self._lock:
            self._accepted.setdefault(viewer, None)

    def remove(self, viewer: Viewer) -> bool:
        """Takes a viewer out; whether none is left."""
        with self._lock:
            self._accepted.pop(viewer, None)
            return not self._accepted

    def welcome(self) -> None:
        """Counts and stamps who is new, after the subscription; returns with the status known.

        With Redis away it returns after a second or two: the relay's thread catches up.
        """
        self._subscribed.wait(timeout=WELCOME_S)
        self.recount()
        self._looked.wait(timeout=WELCOME_S)

    def recount(self) -> None:
        """Says how many watch here now."""
        with self._lock:
            if self._subscribed.is_set():
                self._hold()

    def stop(self) -> None:
        """Ends the thread soon; the lease goes with the last viewer's :meth:`recount`."""
        self._stop.set()

    def close(self) -> None:
        """Lets everybody go."""
        self.stop()
        with self._lock:
            self._accepted = {}
        self.recount()

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
        self._newest = None

    def _subscribe(self, frames: Any) -> None:
        """Returns once Redis has confirmed, with every viewer stamped and counted after that."""
        channels = self._channel, self._broker.names.events
        frames.subscribe(*channels)
        for _ in channels:
            if next_message(frames, 1.0) is None:
                raise BrokerError("no answer to SUBSCRIBE")
        self._subscribed.set()

    def _carry(self, frames: Any) -> None:
        event, channel = f"status {self.stream}".encode(), self._channel.encode()
        due = 0.0
        while not self._stop.is_set():
            now = time.monotonic()
            if now >= due:
                self.recount()
                self._late &= self._accepted.keys()
                self._look()
                due = now + gate.RENEW_S
            poll_s = LATE_POLL_S if self._late else POLL_S
            message = next_message(frames, min(poll_s, due - now))
            if message is None:
                if self._newest and self._late and not self._fence.is_old(self._newest):
                    self._offer_again(self._newest)
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
            if self.rendition.region:
                frame = excerpt(frame, self.rendition.region)
        except BadEnvelope as problem:
            self._unreadable.came(problem)
            return
        if frame.header.get("schema") != (self.schema or {}).get("hash"):
            self._look_at_schema()
        if self._newest:
            for viewer in self._late & self._accepted.keys():
                viewer.missed(self._newest)
        self._newest = frame
        self._late = set()
        self._delays.observe(frame)
        with Delivery(frame, time.monotonic()) as delivery:
            for viewer in tuple(self._accepted):
                if self._may_have(viewer, frame) and not viewer.offer(delivery):
                    self._late.add(viewer)

    def _offer_again(self, frame: Frame) -> None:
        """Offers the newest frame to those whose line was busy when it came."""
        with Delivery(frame, time.monotonic()) as delivery:
            self._late = {
                viewer
                for viewer in self._late
                if self._may_have(viewer, frame) and not viewer.offer_again(delivery)
            }

    def _may_have(self, viewer: Viewer, frame: Frame) -> bool:
        """Whether it watched before the frame was received; looked up for each try, since it may
        have left meanwhile, and come again."""
        accepted = self._accepted.get(viewer)
        return accepted is not None and accepted <= frame.received

    def _hold(self) -> None:
        """Says how many watch here, and stamps who is new. With the lock held.

        A stamp that lies in Redis' future (its clock was set back) is brought back to now; without
        that the viewer would wait until then.
        """
        try:
            held = self._holder, len(self._accepted), str(self.rendition)
            counted = gate.hold(self._broker, self.stream, *held)
        except BrokerError as problem:
            self._refused = problem
            self._subscribed.clear()  # the relay's thread will see it too, and start anew
            return
        t = counted.t
        self._clock.observe(t, time.monotonic())
        self._is_asked = not self._accepted or self.rendition in counted.renditions
        for viewer, accepted in self._accepted.items():
            if accepted is None or accepted > t:
                self._accepted[viewer] = t

    def _look(self) -> None:
        """Reads the status and tells the viewers."""
        if not self._subscribed.is_set():
            raise self._refused
        if self.status.get("state") == "broker_lost":
            self._log.info("stream %s: Redis works again", self.stream)
        self.problem = None
        crowded = {} if self._is_asked else {"message": CROWDED}
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
        words = why_lost(problem)
        if words is BROKER_ODD:
            FAULTS.labels("relay").inc()
            self._log.error("stream %s: the relay begins anew", self.stream, exc_info=problem)
        with self._lock:
            self._subscribed.clear()
            self._accepted = dict.fromkeys(self._accepted)
        self._late = set()
        self.problem = problem if isinstance(problem, BrokerError) else None
        if self.status.get("state") != "broker_lost":
            self._log.warning("stream %s: %s", self.stream, words)
            BROKER_LOSSES.inc()
        lost = {"state": "broker_lost", "message": words, "stream": self.stream}
        self.status = {**self.status, **lost}
        self._tell("status", self.status)
        self._looked.set()

    def _tell(self, name: str, payload: dict[str, Any]) -> None:
        event = Event(name, payload)
        for viewer in tuple(self._accepted):
            viewer.tell(event)


class Relays:
    """The relays of one worker: one for each rendition of a stream that somebody here watches."""

    def __init__(self, broker: Broker, worker: str) -> None:
        self.clock = BrokerClock()
        self._broker, self._worker = broker, worker
        self._relays: dict[tuple[str, Rendition], Relay] = {}
        CENSUS.relays = lambda: [(r.stream, tuple(r._accepted)) for r in [*self._relays.values()]]
        self._made = itertools.count(1)
        self._lock = threading.Lock()

    def watch(self, stream: str, rendition: Rendition, viewer: Viewer) -> Relay:
        """Adds a viewer; returns its relay, with the status known if Redis answers."""
        with self._lock:
            relay = self._relays.get((stream, rendition))
            if relay is None:
                # A lease for each relay: one that ends cannot take the next one's viewers along.
                holder = f"{self._worker}/{next(self._made)}"
                relay = Relay(self._broker, self.clock, stream, rendition, holder)
                self._relays[stream, rendition] = relay
                threading.Thread(target=relay.run, name=f"relay {stream}", daemon=True).start()
            relay.add(viewer)
        relay.welcome()
        return relay

    def unwatch(self, stream: str, rendition: Rendition, viewer: Viewer) -> None:
        """Takes a viewer out; the gate knows at once."""
        with self._lock:
            relay = self._relays.get((stream, rendition))
            if relay is None:
                return
            if relay.remove(viewer):
                del self._relays[stream, rendition]
                relay.stop()
        relay.recount()

    def close(self) -> None:
        """Gives all leases back; the worker ends."""
        with self._lock:
            relays, self._relays = list(self._relays.values()), {}
        for relay in relays:
            relay.close()
