"""The interface of a source, as the rest of ingest uses it.

To add a kind of source, add a sub-package ``ingest/sources/<kind>/`` whose ``source.py`` has a
class with the interface :class:`PulseSource`, and create it in ``create_source`` of
``ingest/__main__.py``, where mypy checks the interface. Its constructor takes the gate and the
mailbox of the stream. It must

- put each pulse into the mailbox while ``gate.is_open``, as a ``Pulse`` with ``gate.demand.images``
  as its ``images``; while the gate is closed put nothing, and do as little work as possible;
- describe the channels of its pulses in a ``DataHeader``, made of entries like those of bsread's
  data header, as ``video/source.py`` does. A value that is expensive to decode can be passed as a
  ``Buffered``, which is decoded only if a viewer needs it;
- count every message in ``counters`` (``received``, ``received_bytes``) and every fault by kind
  (``counters.error``; a new kind also goes into ``ERROR_KINDS`` of ``ingest/metrics.py``), and pass
  every pulse id to ``pulse_ids``;
- reconnect by itself after every loss of its peer, with growing delays, and report in ``state`` and
  ``message`` the cause and what an operator can do. ``silence.py`` detects silence;
- return from ``run`` soon after ``stop`` is set.

Name it also in

- ``_source`` and ``SOURCE`` of ``shared/validators.py``, which parse and describe the addresses
  that ``--source`` accepts, as ``shared/video_url.py`` does for video; ``docs/options.md`` repeats
  the description;
- the contract "Kinds of sources know what they share, and not each other" of ``pyproject.toml``,
  which must list every sub-package;
- ``SOURCES`` of ``tests/ingest/sources/test_base.py``, whose tests it must pass. It also needs
  tests like those of the other kinds: its faults by value in ``tests/ingest/sources/<kind>/``, and
  from a real peer to Redis as in ``tests/system/{frames,video}/test_sources.py``.

``PushedImageSource`` of ``ingest/push/image_streams.py`` has this interface too, but no address: a
board creates it. It is part of the board's process, hence not in this package.
"""

import threading
from typing import Protocol

from ingest.bsread.message import DataHeader
from ingest.counters import Counters
from ingest.sources.pulse_ids import PulseIdStats

STATES = ("connecting", "waiting", "live", "silent", "lost", "mismatch", "closed")
"""the states of a source, as docs/protocol.md describes them"""


class SourceState(Protocol):
    """The state of a source's connection; its own thread writes, any thread may read."""

    @property
    def address(self) -> str:
        """The address without a password, as anyone may see it."""

    @property
    def mode(self) -> str:
        """How it is read, such as "sub", "pull" or "video"."""

    @property
    def state(self) -> str:
        """One of STATES."""

    @property
    def message(self) -> str:
        """The cause of the state, for an operator; empty when all is well."""

    @property
    def last_arrival(self) -> float | None:
        """When the last message arrived, seconds of a monotonic clock; None if none has."""


class PulseSource(Protocol):
    """Puts the pulses of a source into the mailbox while the stream has viewers."""

    counters: Counters
    """``received`` and ``received_bytes`` at least"""
    pulse_ids: PulseIdStats

    @property
    def connection(self) -> SourceState:
        """The state of its connection; may be the source itself."""

    @property
    def fault(self) -> str:
        """Why the last message could not be used at all; empty when it could."""

    @property
    def data_header(self) -> DataHeader | None:
        """The data header of the last pulse that was put into the mailbox."""

    def run(self, stop: threading.Event) -> None:
        """Receive pulses until ``stop`` is set."""
