"""Whether Redis does what this worker needs: looked at all the time, by what a relay does too."""

import logging
import time

from shared import gate
from shared.broker import Broker, BrokerError
from shared.broker_clock import BrokerClock
from shared.broker_fault import BrokerFault, BrokerState
from web.background import run_periodically

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5
NO_STREAM = ""
"""No stream has this name, so that a lease on it asks for no frames."""


class BrokerHealth:
    """One thread looks; every other one reads ``fault``, which is None while Redis works.

    A lease is written as for a viewer: a Redis that is a replica, is full, or refuses the script
    answers to ``PING`` all the same.
    """

    def __init__(self, broker: Broker, clock: BrokerClock, worker: str) -> None:
        self._broker, self._clock, self._worker = broker, clock, worker
        self._state = BrokerState(log)

    @property
    def fault(self) -> BrokerFault | None:
        return self._state.fault

    def start(self) -> None:
        """Looks for as long as the worker runs, in a thread of its own."""
        run_periodically(self.look, LOOK_EVERY_S, "broker")

    def look(self) -> None:
        """Takes and renews a lease of no stream."""
        try:
            counted = gate.hold(self._broker, NO_STREAM, self._worker, 1)
        except BrokerError as problem:
            self._state.failed(problem)
        else:
            self._clock.observe(counted.t, time.monotonic())
            self._state.works()
