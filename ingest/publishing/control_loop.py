"""The control loop, which exchanges everything with Redis except frames.

It opens and closes the gate, renews the claim on the stream's name, measures Redis' clock, and
writes the stream's status every second. An event on the events channel wakes it early.
"""

import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from ingest.demand import Gate
from ingest.publishing.claim import Claim, NameTaken
from shared import leases
from shared.broker import Broker, BrokerError
from shared.broker_clock import BrokerClock
from shared.broker_fault import is_wrong_type

log = logging.getLogger(__name__)

RENEW_INTERVAL_S = 0.5
"""The claim and the gate are renewed this often."""
POLL_INTERVAL_S = 0.1
"""How soon a request to stop is noticed, for which a standby waits."""
STATUS_INTERVAL_S = 1.0
STATUS_TTL_S = 3
MAX_STREAM_AGE_S = 7 * 24 * 3600
"""A stream whose status is older is removed from the list of streams."""


class ControlLoop:
    """The control loop of one stream, run by one thread with a connection of its own."""

    def __init__(
        self,
        broker: Broker,
        claim: Claim,
        gate: Gate,
        clock: BrokerClock,
        read_status: Callable[[], dict[str, Any]],
        read_state: Callable[[], str],
    ) -> None:
        self._broker = broker
        self._claim = claim
        self._stream = claim.stream
        self._gate = gate
        self._clock = clock
        self._read_status = read_status
        self._read_state = read_state
        self._last_status: dict[str, Any] = {}
        self._broker_state = claim.broker_state

    def run(self, stop: threading.Event) -> None:
        """Run until ``stop`` is set; raises NameTaken if another process took the name."""
        while not stop.is_set():
            try:
                with self._broker.pubsub(ignore_subscribe_messages=True) as events:
                    events.subscribe(self._broker.names.events)
                    self._run_connected(events, stop)
            except BrokerError as error:
                self._on_broker_error(error)
                stop.wait(RENEW_INTERVAL_S)
            except NameTaken:
                self._gate.close()
                raise
        self._shut_down()

    def _run_connected(self, events: Any, stop: threading.Event) -> None:
        gate_event = f"gate {self._stream}".encode()
        renew_at = status_at = 0.0
        while not stop.is_set():
            now = time.monotonic()
            if now >= renew_at:
                self._claim.renew()  # first, since this process may have been stopped
                self._update_gate()
                renew_at = now + RENEW_INTERVAL_S
            if now >= status_at:
                self._write_status()
                self._broker_state.on_success()  # all necessary commands have succeeded
                status_at = now + STATUS_INTERVAL_S - RENEW_INTERVAL_S / 2  # every second renewal
            left_s = max(0.0, renew_at - time.monotonic())
            event = events.get_message(timeout=min(left_s, POLL_INTERVAL_S))
            if event and event["data"] == gate_event:
                self._update_gate()
            elif self._read_state() != self._last_status.get("state"):
                self._claim.renew()  # otherwise the status belongs to another process
                self._write_status()

    def _update_gate(self) -> None:
        counted = leases.count(self._broker, self._stream)
        self._clock.observe(counted.t, time.monotonic())
        self._gate.set(counted.renditions, counted.viewers)

    def _write_status(self) -> None:
        status: dict[Any, Any] = {
            key: json.dumps(value) if isinstance(value, dict | list) else str(value)
            for key, value in self._read_status().items()
        }
        now = self._clock.at(time.monotonic())
        status |= {"epoch": str(self._claim.epoch), "t": f"{now:.3f}"}
        key = self._broker.names.status(self._stream)
        commands = self._broker.pipeline(transaction=True)
        commands.delete(key)
        commands.hset(key, mapping=status)
        commands.expire(key, STATUS_TTL_S)
        commands.zadd(self._broker.names.streams, {self._stream: now})
        commands.zremrangebyscore(self._broker.names.streams, "-inf", now - MAX_STREAM_AGE_S)
        if status["state"] != self._last_status.get("state"):
            commands.publish(self._broker.names.events, f"status {self._stream}")
        try:
            commands.execute()
        except BrokerError as error:
            if not is_wrong_type(error):
                raise
            self._broker.delete(self._broker.names.streams)  # each ingest adds its stream again
        self._last_status = status

    def _shut_down(self) -> None:
        """Delete the status and release the name, so that viewers need not wait for an expiry."""
        self._gate.close()
        if self._broker_state.fault:
            return
        try:
            self._claim.renew()  # otherwise the status belongs to another process
            if not self._broker.exists(self._broker.names.standby(self._stream)):
                # A standby replaces the status immediately.
                self._broker.delete(self._broker.names.status(self._stream))
            self._claim.release()
            self._broker.publish(self._broker.names.events, f"status {self._stream}")
        except NameTaken as error:
            log.warning("%s", error)
        except BrokerError as error:
            self._on_broker_error(error)

    def _on_broker_error(self, error: BrokerError) -> None:
        self._gate.close()  # nobody can watch without Redis
        self._broker_state.on_error(error)
