"""What eventlet's HTTP server lacks: it goes on when no connection can be had, and its faults are
told."""

import errno
import logging
import re
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


def accept(take: Callable[[], Any]) -> Any:
    """The next connection, when one can be had: eventlet's server would end when none can."""
    full = False
    while True:
        try:
            return take()
        except OSError as problem:
            if not full and problem.errno != errno.EINVAL:  # which means that the worker ends
                log.error("no connection more can be had (%s); see ulimit -n", problem.strerror)
            full = True
            time.sleep(REFUSED_S)


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
