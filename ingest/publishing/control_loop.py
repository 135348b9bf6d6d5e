"""The keeping thread: everything that ingest and Redis tell each other, except the frames.

It opens and closes the gate, renews the claim on the stream's name, measures Redis' clock, and says
every second how the stream is. A wake-up on the events channel saves waiting for the next
beat.
"""

import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from ingest.demand import Gate
from ingest.publishing.claim import Claim, NameTaken
from shared import gate as leases
from shared.broker import Broker, BrokerError
from shared.broker_clock import BrokerClock
from shared.broker_fault import is_wrong_type

log = logging.getLogger(__name__)

BEAT_S = 0.5
LOOK_EVERY_S = 0.1
"""How soon the end of this process is noticed, for which a standby waits."""
SAY_EVERY_S = 1.0
STATUS_LIVES_S = 3
FORGET_STREAMS_AFTER_S = 7 * 24 * 3600


class ControlLoop:
    """Run by one thread, with a connection of its own."""

    def __init__(
        self,
        broker: Broker,
        claim: Claim,
        gate: Gate,
        clock: BrokerClock,
        status: Callable[[], dict[str, Any]],
        state: Callable[[], str],
    ) -> None:
        self._broker = broker
        self._claim = claim
        self._stream = claim.stream
        self._gate = gate
        self._clock = clock
        self._status = status
        self._state = state
        self._said: dict[str, Any] = {}
        self._broker_state = claim.broker_state

    def run(self, stop: threading.Event) -> None:
        """Beats until told to stop, raises NameTaken when the name is lost to another."""
        while not stop.is_set():
            try:
                with self._broker.pubsub(ignore_subscribe_messages=True) as events:
                    events.subscribe(self._broker.names.events)
                    self._beat_on(events, stop)
            except BrokerError as problem:
                self._lost(problem)
                stop.wait(BEAT_S)
            except NameTaken:
                self._gate.close()
                raise
        self._leave()

    def _beat_on(self, events: Any, stop: threading.Event) -> None:
        mine = f"gate {self._stream}".encode()
        due = say_at = 0.0
        while not stop.is_set():
            now = time.monotonic()
            if now >= due:
                self._claim.renew()  # before anything else: we may have slept
                self._count()
                due = now + BEAT_S
            if now >= say_at:
                self._say()
                self._broker_state.works()  # all that is needed was done
                say_at = now + SAY_EVERY_S - BEAT_S / 2  # with every second beat
            left_s = max(0.0, due - time.monotonic())
            event = events.get_message(timeout=min(left_s, LOOK_EVERY_S))
            if event and event["data"] == mine:
                self._count()
            elif self._state() != self._said.get("state"):
                self._claim.renew()  # else the status is another's
                self._say()

    def _count(self) -> None:
        counted = leases.count(self._broker, self._stream)
        self._clock.observe(counted.t, time.monotonic())
        self._gate.set(counted.renditions, counted.viewers)

    def _say(self) -> None:
        status: dict[Any, Any] = {
            key: json.dumps(value) if isinstance(value, dict | list) else str(value)
            for key, value in self._status().items()
        }
        now = self._clock.at(time.monotonic())
        status |= {"epoch": str(self._claim.epoch), "t": f"{now:.3f}"}
        key = self._broker.names.status(self._stream)
        say = self._broker.pipeline(transaction=True)
        say.delete(key)
        say.hset(key, mapping=status)
        say.expire(key, STATUS_LIVES_S)
        say.zadd(self._broker.names.streams, {self._stream: now})
        say.zremrangebyscore(self._broker.names.streams, "-inf", now - FORGET_STREAMS_AFTER_S)
        if status["state"] != self._said.get("state"):
            say.publish(self._broker.names.events, f"status {self._stream}")
        try:
            say.execute()
        except BrokerError as problem:
            if not is_wrong_type(problem):
                raise
            self._broker.delete(self._broker.names.streams)  # each ingest writes its stream again
        self._said = status

    def _leave(self) -> None:
        """Says good-bye, so that viewers need not wait for an expiry to know."""
        self._gate.close()
        if self._broker_state.fault:
            return
        try:
            self._claim.renew()  # else the status is another's
            if not self._broker.exists(
                self._broker.names.standby(self._stream)
            ):  # which says its own at once
                self._broker.delete(self._broker.names.status(self._stream))
            self._claim.release()
            self._broker.publish(self._broker.names.events, f"status {self._stream}")
        except NameTaken as problem:
            log.warning("%s", problem)
        except BrokerError as problem:
            self._lost(problem)

    def _lost(self, problem: BrokerError) -> None:
        self._gate.close()  # nobody can watch without Redis
        self._broker_state.failed(problem)
