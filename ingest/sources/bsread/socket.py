"""The connection to one bsread source, which heals by itself.

A PUB source needs a SUB socket and a PUSH source a PULL one. The wrong pair never delivers and
never errors; only the socket's monitor shows it: CONNECTED, then DISCONNECTED without
HANDSHAKE_SUCCEEDED. ``auto`` tries SUB first, which steals no message from anyone, and changes over
when it sees that. After such a failure ZeroMQ may never try again: the socket is opened anew.

When it read nonsense on a line that stood, it never tries again either: it then says DISCONNECTED
without CONNECT_RETRIED.

A dead peer shows in three ways: the connection breaks (monitor), TCP's keep-alive ends it
(half-open), or nothing comes any more. After a long silence the socket is opened anew, for what no
probe finds.
"""

import logging
import os
from urllib.parse import urlsplit

import zmq
from zmq.utils.monitor import recv_monitor_message

from ingest.sources.silence import SILENT_AFTER_S, SilenceDetector

log = logging.getLogger(__name__)

QUEUE = 32
"""Messages that wait in ZeroMQ at most while our thread is held up."""
MAX_PART_BYTES = 300 * 1024 * 1024
LOOK_EVERY_S = 0.1
"""How often the state is looked at while messages come; to ask at each would cost a tenth of
receiving it."""
REOPEN_AFTER_S = 5.0
REOPEN_AT_MOST_EVERY_S = 30.0
MISMATCHES = 4
"""So many failed handshakes in a row, and the peer is no bsread source at all."""
HANDSHAKE_S = 1.5
"""A peer that says nothing for so long is none either."""
HANDSHAKE_ENDS_S = 2.0
"""Then it is tried anew: what it says may have been damaged on the way."""
NO_HANDSHAKE_S = HANDSHAKE_ENDS_S + 0.5
"""Then it is tried anew in any case: for a peer whose first byte was damaged ZeroMQ has no
handshake, nor an end to it."""
SAID_WITHIN_S = 0.3
"""ZeroMQ says at once that it will try again, if it will."""
REFUSED_PAUSE_S, REFUSED_PAUSE_AT_MOST_S = 0.2, 1.0
"""Before another try: none after the first failure, then this much more after each."""
TRIED_AGAIN_S = HANDSHAKE_ENDS_S + REFUSED_PAUSE_AT_MOST_S + 1.0
"""So long after a try the next one was made at the latest, if the peer is still there."""

_EVENTS = (
    zmq.EVENT_CONNECTED
    | zmq.EVENT_CONNECT_RETRIED
    | zmq.EVENT_DISCONNECTED
    | zmq.EVENT_HANDSHAKE_SUCCEEDED
    | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL
    | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
    | zmq.EVENT_HANDSHAKE_FAILED_AUTH
)


class BsreadSocket:
    """One ZeroMQ socket and what is known of its peer; used by one thread.

    ``state`` and ``message`` may be read by others. Times are seconds of a monotonic clock.
    """

    def __init__(self, address: str, mode: str, now: float, wait_s: float = 0.1) -> None:
        self.address = address
        self.mode = "sub" if mode == "auto" else mode
        self.state = "connecting"
        self._auto = mode == "auto"
        self._connected_at: float | None = None
        self._given_up_at: float | None = None
        self._linked = False
        self._failures = 0
        self._try_again_at: float | None = None
        self._silence = SilenceDetector()
        self._announced = ""
        self._opened = now
        self._reopen_after_s = REOPEN_AFTER_S
        self._wait_s = wait_s
        self._look_at = now
        self._context = zmq.Context()
        self._open(now)

    @property
    def message(self) -> str:
        """The state in words for an operator; empty while all is well."""
        words = _WORDS[self.state]
        if self.state == "mismatch" and not self._auto:
            words = _WRONG_MODE[self.mode]
        return words.format(address=self.address) + _container_hint(self.state, self.address)

    def receive(self, now: float) -> list[zmq.Frame] | None:
        """The next message's parts, not copied; None when none came within ``wait_s``."""
        if now >= self._look_at:
            self._look_at = now + LOOK_EVERY_S
            while int(self._monitor.get(zmq.EVENTS)) & zmq.POLLIN:
                self._observe(recv_monitor_message(self._monitor, zmq.NOBLOCK)["event"], now)
            self._update(now)
        try:
            return self._socket.recv_multipart(copy=False)
        except zmq.Again:
            self._look_at = now
            return None

    def received(self, now: float) -> None:
        """A message has come; what the silence is measured against."""
        self._silence.came(now)
        self._failures = 0
        self._try_again_at = None
        self._reopen_after_s = REOPEN_AFTER_S
        if self.state != "live":
            self._say("live")

    def close(self) -> None:
        """Ends the connection."""
        self._close()
        self._context.term()

    def _open(self, now: float) -> None:
        socket = self._context.socket(zmq.SUB if self.mode == "sub" else zmq.PULL)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.RCVTIMEO, round(self._wait_s * 1000))
        socket.setsockopt(zmq.RCVHWM, QUEUE)
        socket.setsockopt(zmq.MAXMSGSIZE, MAX_PART_BYTES)
        socket.setsockopt(zmq.RECONNECT_IVL, 100)
        socket.setsockopt(zmq.RECONNECT_IVL_MAX, 1000)
        socket.setsockopt(zmq.CONNECT_TIMEOUT, 2000)
        socket.setsockopt(zmq.HANDSHAKE_IVL, round(HANDSHAKE_ENDS_S * 1000))
        socket.setsockopt(zmq.TCP_KEEPALIVE, 1)
        socket.setsockopt(zmq.TCP_KEEPALIVE_IDLE, 1)
        socket.setsockopt(zmq.TCP_KEEPALIVE_INTVL, 1)
        socket.setsockopt(zmq.TCP_KEEPALIVE_CNT, 3)
        # For a literal address alone: a name that has both kinds would be tried as IPv6 only.
        socket.setsockopt(zmq.IPV6, "[" in self.address)
        if self.mode == "sub":
            socket.setsockopt(zmq.SUBSCRIBE, b"")
        self._socket = socket
        self._monitor = socket.get_monitor_socket(_EVENTS)
        self._connected_at = self._try_again_at = self._given_up_at = None
        self._linked = False
        self._opened = now
        socket.connect(self.address)

    def _close(self) -> None:
        self._socket.disable_monitor()
        self._monitor.close()
        self._socket.close()

    def _reopen(self, now: float) -> None:
        self._close()
        self._open(now)

    def _observe(self, kind: int, now: float) -> None:
        """Takes what the monitor says."""
        if kind == zmq.EVENT_CONNECTED:
            self._connected_at = now
        elif kind == zmq.EVENT_HANDSHAKE_SUCCEEDED:
            self._linked = True
            self._failures = 0
            self._announce()
        elif kind == zmq.EVENT_DISCONNECTED and self._linked:
            self._linked, self._connected_at = False, None
            self._given_up_at = now + SAID_WITHIN_S
        elif kind == zmq.EVENT_CONNECT_RETRIED:
            self._given_up_at = None
        elif self._connected_at is not None and self._try_again_at is None:
            # The peer is there, but does not speak to this kind of socket.
            self._connected_at = None
            pause_s = min(REFUSED_PAUSE_S * self._failures, REFUSED_PAUSE_AT_MOST_S)
            self._failures += 1
            self._try_again_at = now + pause_s

    def _announce(self) -> None:
        """Says once what is connected; not again when the socket was opened anew in a silence."""
        if self.mode == self._announced:
            return
        self._announced = self.mode
        log.info("connected to %s as %s", self.address, self.mode.upper())
        if self.mode == "pull":
            log.warning(
                "%s is a PUSH source: each message goes to one reader only, so any other reader "
                "takes messages away from this one",
                self.address,
            )

    def _try_again(self, now: float) -> None:
        if self._auto:
            self.mode = "pull" if self.mode == "sub" else "sub"
        self._reopen(now)

    def _update(self, now: float) -> None:
        quiet_since = max(self._connected_at or now, self._silence.last or 0.0)
        if not self._linked and now - quiet_since > NO_HANDSHAKE_S:
            self._failures += 1
            self._try_again(now)
        if self._try_again_at is not None and now >= self._try_again_at:
            self._try_again(now)
        if self._given_up_at is not None and now >= self._given_up_at:
            self._reopen(now)
        silent = self._silence.is_unusual(self._opened, now)
        if self._failures >= MISMATCHES:
            state = "mismatch"
        elif not self._linked:
            state = "connecting" if self._silence.last is None else "lost"
            if state == "connecting" and now - (self._connected_at or now) > HANDSHAKE_S:
                state = "mismatch"
            if self.state in _QUIET and now - self._opened < SILENT_AFTER_S:
                state = self.state  # it was opened anew to end the silence, not lost
            if self.state == "mismatch" and now - self._opened < TRIED_AGAIN_S:
                state = self.state  # to try again makes no other peer of it
        elif self._silence.last is None:
            state = "waiting" if silent or self.state == "waiting" else "connecting"
        else:
            state = "silent" if silent else "live"
        if state != self.state:
            self._say(state)
        silent_s = self._silence.since(self._opened, now)
        reopen_after_s = max(self._reopen_after_s, self._silence.patience_s)
        if self._linked and min(silent_s, now - self._opened) > reopen_after_s:
            self._reopen_after_s = min(2 * self._reopen_after_s, REOPEN_AT_MOST_EVERY_S)
            self._reopen(now)

    def _say(self, state: str) -> None:
        self.state = state
        if state != "live" and state not in _QUIET:
            self._announced = ""
        if state == "live":
            log.info("%s: messages are coming", self.address)
        else:
            log.warning("%s", self.message)


_QUIET = ("waiting", "silent")
"""the states of a source that is there but sends nothing"""

_WORDS = {
    "connecting": "Nothing answers at {address}. Is the stream running, and is the address right?",
    "waiting": "Connected to {address}, but no message has come yet. Has the camera been started?",
    "live": "",
    "silent": "Connected to {address}, but the messages stopped. Has the camera been stopped?",
    "lost": "The connection to {address} broke. Waiting for the source to come back.",
    "mismatch": "Something answers at {address}, but it is neither a bsread PUB nor a PUSH source. "
    "Is this the right port?",
}


_WRONG_MODE = {
    mode: f"Something answers at {{address}}, but it is no bsread {kind} source, which --mode "
    f"{mode} needs. Is this the right port? --mode auto finds out what the source is."
    for mode, kind in (("sub", "PUB"), ("pull", "PUSH"))
}


def _container_hint(state: str, address: str) -> str:
    local = urlsplit(address).hostname in ("127.0.0.1", "localhost", "::1")
    if state != "connecting" or not local or not os.path.exists("/.dockerenv"):
        return ""
    return (
        " Inside a container 127.0.0.1 is the container itself: a source on the host is reached as "
        f"tcp://host.docker.internal:{urlsplit(address).port}."
    )
