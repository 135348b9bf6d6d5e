"""Checks continually whether Redis does what this worker needs."""

import logging
import time

from shared import leases
from shared.broker import Broker, BrokerError
from shared.broker_clock import BrokerClock
from shared.broker_fault import BrokerFault, BrokerState
from web.background import run_periodically

log = logging.getLogger(__name__)

CHECK_EVERY_S = 0.5
NO_STREAM = ""
"""No stream has this name, so a lease on it requests no frames."""


class BrokerHealth:
    """Checks Redis in one thread; any thread reads ``fault``, which is None while Redis works.

    The check writes a lease as for a viewer: a Redis that is a replica, is full, or refuses the
    script still answers ``PING``.
    """

    def __init__(self, broker: Broker, clock: BrokerClock, worker: str) -> None:
        self._broker, self._clock, self._worker = broker, clock, worker
        self._state = BrokerState(log)

    @property
    def fault(self) -> BrokerFault | None:
        return self._state.fault

    def start(self) -> None:
        """Check Redis for as long as the worker runs, in a thread of its own."""
        run_periodically(self.check, CHECK_EVERY_S, "broker")

    def check(self) -> None:
        """Take or renew a lease of no stream."""
        try:
            counted = leases.write_lease(self._broker, NO_STREAM, self._worker, 1)
        except BrokerError as error:
            self._state.on_error(error)
        else:
            self._clock.observe(counted.t, time.monotonic())
            self._state.on_success()
