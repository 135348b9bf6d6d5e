"""What eventlet's HTTP server lacks: it goes on when no connection can be had, and its faults are
told."""

import errno
import logging
import math
import re
import resource
import sys
import time
from collections.abc import Callable
from email.message import Message
from typing import Any

from web.metrics import FAULTS

log = logging.getLogger(__name__)

LENGTH = re.compile(r"[0-9]{1,18}")
REFUSED_S = 0.1
"""How long no connection is taken after one could not be had."""
CALM_S = 10.0
"""without that, until connections count as to be had again: at a limit each that is closed lets one
in"""
RESERVED = 64
"""descriptors that no client can take"""
MIN_PLACES = 8


def places(wanted: int) -> int:
    """How many connections may be open at a time: as many as are wanted, if the limit of
    descriptors can be raised so far. Some descriptors are left for Redis, files and the log."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + RESERVED
    if soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    fitting = max(MIN_PLACES, min(wanted, soft - RESERVED))
    if fitting < wanted:
        log.warning("%d connections at a time fit the limit of descriptors, %d", fitting, soft)
    return fitting


class Accept:
    """Takes connections; that none more can be had is told once, until they could for a while.

    ``take`` is the listening socket's own, ``free`` says how many places there are. Eventlet's
    server would end when a connection cannot be had.
    """

    def __init__(
        self,
        take: Callable[[], Any],
        free: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._take, self._free, self._clock = take, free, clock
        self._full_at = -math.inf
        self._is_full = False

    def __call__(self) -> Any:
        """The next connection, when one can be had."""
        while True:
            try:
                taken = self._take()
            except OSError as problem:
                if problem.errno != errno.EINVAL:  # which means that the worker ends
                    self._is_now_full(str(problem.strerror))
                time.sleep(REFUSED_S)
                continue
            if self._free() <= 1:
                self._is_now_full("all are taken")
            elif self._is_full and self._clock() - self._full_at > CALM_S:
                self._is_full = False
                log.info("connections can be had again")
            return taken

    def _is_now_full(self, why: str) -> None:
        if not self._is_full:
            log.error(
                "no connection more can be had (%s), others wait; see ulimit -n and "
                "BEAMCAST_MAX_VIEWERS",
                why,
            )
        self._is_full, self._full_at = True, self._clock()


def is_ambiguous(headers: Message) -> bool:
    """Whether a server before this one may see another end of the request's body, as RFC 9112, 6.3
    warns; then what follows could be a request that this one never saw."""
    lengths = headers.get_all("Content-Length", [])
    codings = headers.get_all("Transfer-Encoding", [])
    return (
        len(lengths) + len(codings) > 1
        or not all(LENGTH.fullmatch(length) for length in lengths)
        or not all(coding.lower() == "chunked" for coding in codings)
        or bool(headers.defects)  # a line that is no header
    )


class ServerLog:
    """What eventlet's server has to say: of that, what is our own fault."""

    def info(self, *_: object) -> None:
        """Takes tracebacks, and lines about requests."""
        problem = sys.exc_info()[1]
        if problem and not isinstance(problem, OSError):  # that is somebody who has left
            FAULTS.labels("requests").inc()
            log.error("a request could not be answered", exc_info=problem)

    def debug(self, *_: object) -> None:
        """Takes what happens to connections."""

    error = write = debug
    """take what is wrong with bodies, and with WebSockets that are gone"""
