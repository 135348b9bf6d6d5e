"""What takes a source in, whatever the source: what the other threads know of it."""

import threading
from typing import Protocol

from ingest.bsread.message import DataHeader
from ingest.counters import Counters
from ingest.sources.pulse_ids import PulseIdStats

STATES = ("connecting", "waiting", "live", "silent", "lost", "mismatch", "closed")
"""what a source can be: docs/protocol.md"""


class SourceState(Protocol):
    """Where pulses come from; its own thread writes, any may read."""

    @property
    def address(self) -> str:
        """As it may be shown to anybody."""

    @property
    def mode(self) -> str:
        """How it is read."""

    @property
    def state(self) -> str:
        """One of STATES."""

    @property
    def message(self) -> str:
        """The state in words for an operator; empty while all is well."""


class PulseSource(Protocol):
    """Puts each pulse of a source that somebody wants into the mailbox."""

    tally: Counters
    pulses: PulseIdStats

    @property
    def source(self) -> SourceState:
        """Which it takes in."""

    @property
    def fault(self) -> str:
        """Why the last message could not be used at all; empty when it could."""

    @property
    def layout(self) -> DataHeader | None:
        """Of the last pulse that was kept."""

    def run(self, stop: threading.Event) -> None:
        """Takes in until told to stop."""
