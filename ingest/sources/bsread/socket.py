"""The connection to one bsread source, which recovers by itself.

A PUB source needs a SUB socket and a PUSH source a PULL socket. The wrong pair never delivers and
never raises an error; only the socket's monitor shows it: CONNECTED, then DISCONNECTED without
HANDSHAKE_SUCCEEDED. The mode ``auto`` tries SUB first, which takes no message away from any other
reader, and changes to the other mode when it sees that. After such a failure ZeroMQ may never
connect again, so the socket is closed and a new one is opened.

ZeroMQ also never connects again after it received invalid data on an established connection: it
then reports DISCONNECTED without CONNECT_RETRIED.

A dead peer shows in three ways: the connection breaks (monitor), TCP keep-alive ends it
(half-open), or messages stop. After a long silence the socket is reopened, for the cases that no
probe finds.
"""

import logging
import os
from urllib.parse import urlsplit

import zmq
from zmq.utils.monitor import recv_monitor_message

from ingest.sources.silence import SILENT_AFTER_S, SilenceDetector

log = logging.getLogger(__name__)

MAX_QUEUED_MESSAGES = 32
"""in ZeroMQ while our thread is busy"""
MAX_PART_BYTES = 300 * 1024 * 1024
UPDATE_INTERVAL_S = 0.1
"""how often the state is updated while messages arrive; at each message it would cost a tenth of
receiving it"""
REOPEN_AFTER_S = 5.0
MAX_REOPEN_INTERVAL_S = 30.0
MAX_FAILED_HANDSHAKES = 4
"""in a row, after which the peer is taken not to be a bsread source at all"""
HANDSHAKE_EXPECTED_S = 1.5
"""a peer that sends nothing for this long is not a bsread source either"""
HANDSHAKE_TIMEOUT_S = 2.0
"""when ZeroMQ ends a handshake, since the peer's greeting may have been damaged on the way"""
NO_HANDSHAKE_S = HANDSHAKE_TIMEOUT_S + 0.5
"""when we reopen in any case: if the first byte of a peer was damaged ZeroMQ has neither a
handshake nor an end of it"""
RETRY_REPORTED_S = 0.3
"""ZeroMQ reports within this time that it will connect again, if it will"""
RETRY_STEP_S, MAX_RETRY_DELAY_S = 0.2, 1.0
"""delay before another try: none after the first failure, then one step more after each"""
MAX_RETRY_S = HANDSHAKE_TIMEOUT_S + MAX_RETRY_DELAY_S + 1.0
"""the longest time between two tries while the peer is there"""

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
    """A ZeroMQ socket and the state of its peer; used by one thread.

    Any thread may read ``state``, ``message`` and ``last_arrival``. Times are seconds of a
    monotonic clock.
    """

    def __init__(self, address: str, mode: str, now: float, wait_s: float = 0.1) -> None:
        self.address = address
        self.mode = "sub" if mode == "auto" else mode
        self.state = "connecting"
        self._auto = mode == "auto"
        self._connected_at: float | None = None
        self._reopen_at: float | None = None
        self._handshake_done = False
        self._failures = 0
        self._retry_at: float | None = None
        self._silence = SilenceDetector()
        self._logged_mode = ""
        self._opened_at = now
        self._reopen_after_s = REOPEN_AFTER_S
        self._wait_s = wait_s
        self._update_at = now
        self._context = zmq.Context()
        self._open(now)

    @property
    def message(self) -> str:
        """The cause of the state, for an operator; empty when all is well."""
        message = _MESSAGES[self.state]
        if self.state == "mismatch" and not self._auto:
            message = _WRONG_MODE_MESSAGES[self.mode]
        return message.format(address=self.address) + _container_hint(self.state, self.address)

    @property
    def last_arrival(self) -> float | None:
        """When the last message arrived; None if none has."""
        return self._silence.last

    def receive(self, now: float) -> list[zmq.Frame] | None:
        """Return the parts of the next message, not copied; None if none arrived in ``wait_s``."""
        if now >= self._update_at:
            self._update_at = now + UPDATE_INTERVAL_S
            while int(self._monitor.get(zmq.EVENTS)) & zmq.POLLIN:
                event = recv_monitor_message(self._monitor, zmq.NOBLOCK)["event"]
                self._on_monitor_event(event, now)
            self._update(now)
        try:
            return self._socket.recv_multipart(copy=False)
        except zmq.Again:
            self._update_at = now
            return None

    def on_message(self, now: float) -> None:
        """Note that a message arrived; silence is measured from here."""
        self._silence.on_arrival(now)
        self._failures = 0
        self._retry_at = None
        self._reopen_after_s = REOPEN_AFTER_S
        if self.state != "live":
            self._set_state("live")

    def close(self) -> None:
        """Close the connection."""
        self._close()
        self._context.term()

    def _open(self, now: float) -> None:
        socket = self._context.socket(zmq.SUB if self.mode == "sub" else zmq.PULL)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.RCVTIMEO, round(self._wait_s * 1000))
        socket.setsockopt(zmq.RCVHWM, MAX_QUEUED_MESSAGES)
        socket.setsockopt(zmq.MAXMSGSIZE, MAX_PART_BYTES)
        socket.setsockopt(zmq.RECONNECT_IVL, 100)
        socket.setsockopt(zmq.RECONNECT_IVL_MAX, 1000)
        socket.setsockopt(zmq.CONNECT_TIMEOUT, 2000)
        socket.setsockopt(zmq.HANDSHAKE_IVL, round(HANDSHAKE_TIMEOUT_S * 1000))
        socket.setsockopt(zmq.TCP_KEEPALIVE, 1)
        socket.setsockopt(zmq.TCP_KEEPALIVE_IDLE, 1)
        socket.setsockopt(zmq.TCP_KEEPALIVE_INTVL, 1)
        socket.setsockopt(zmq.TCP_KEEPALIVE_CNT, 3)
        # Only for a literal address: a name with both kinds would be tried as IPv6 only.
        socket.setsockopt(zmq.IPV6, "[" in self.address)
        if self.mode == "sub":
            socket.setsockopt(zmq.SUBSCRIBE, b"")
        self._socket = socket
        self._monitor = socket.get_monitor_socket(_EVENTS)
        self._connected_at = self._retry_at = self._reopen_at = None
        self._handshake_done = False
        self._opened_at = now
        socket.connect(self.address)

    def _close(self) -> None:
        self._socket.disable_monitor()
        self._monitor.close()
        self._socket.close()

    def _reopen(self, now: float) -> None:
        self._close()
        self._open(now)

    def _on_monitor_event(self, event: int, now: float) -> None:
        if event == zmq.EVENT_CONNECTED:
            self._connected_at = now
        elif event == zmq.EVENT_HANDSHAKE_SUCCEEDED:
            self._handshake_done = True
            self._failures = 0
            self._log_connected()
        elif event == zmq.EVENT_DISCONNECTED and self._handshake_done:
            self._handshake_done, self._connected_at = False, None
            self._reopen_at = now + RETRY_REPORTED_S
        elif event == zmq.EVENT_CONNECT_RETRIED:
            self._reopen_at = None
        elif self._connected_at is not None and self._retry_at is None:
            # The peer is there, but does not accept this kind of socket.
            self._connected_at = None
            delay_s = min(RETRY_STEP_S * self._failures, MAX_RETRY_DELAY_S)
            self._failures += 1
            self._retry_at = now + delay_s

    def _log_connected(self) -> None:
        """Log the mode once; not again when the socket was reopened during a silence."""
        if self.mode == self._logged_mode:
            return
        self._logged_mode = self.mode
        log.info("connected to %s as %s", self.address, self.mode.upper())
        if self.mode == "pull":
            log.warning(
                "%s is a PUSH source: each message goes to one reader only, so any other reader "
                "takes messages away from this one",
                self.address,
            )

    def _retry(self, now: float) -> None:
        if self._auto:
            self.mode = "pull" if self.mode == "sub" else "sub"
        self._reopen(now)

    def _update(self, now: float) -> None:
        quiet_since = max(self._connected_at or now, self._silence.last or 0.0)
        if not self._handshake_done and now - quiet_since > NO_HANDSHAKE_S:
            self._failures += 1
            self._retry(now)
        if self._retry_at is not None and now >= self._retry_at:
            self._retry(now)
        if self._reopen_at is not None and now >= self._reopen_at:
            self._reopen(now)
        silent = self._silence.is_unusual(self._opened_at, now)
        if self._failures >= MAX_FAILED_HANDSHAKES:
            state = "mismatch"
        elif not self._handshake_done:
            state = "connecting" if self._silence.last is None else "lost"
            if state == "connecting" and now - (self._connected_at or now) > HANDSHAKE_EXPECTED_S:
                state = "mismatch"
            if self.state in _QUIET and now - self._opened_at < SILENT_AFTER_S:
                state = self.state  # it was reopened because of the silence, not lost
            if self.state == "mismatch" and now - self._opened_at < MAX_RETRY_S:
                state = self.state  # a retry does not make it another peer
        elif self._silence.last is None:
            state = "waiting" if silent or self.state == "waiting" else "connecting"
        else:
            state = "silent" if silent else "live"
        if state != self.state:
            self._set_state(state)
        silent_s = self._silence.since(self._opened_at, now)
        reopen_after_s = max(self._reopen_after_s, self._silence.expected_s)
        if self._handshake_done and min(silent_s, now - self._opened_at) > reopen_after_s:
            self._reopen_after_s = min(2 * self._reopen_after_s, MAX_REOPEN_INTERVAL_S)
            self._reopen(now)

    def _set_state(self, state: str) -> None:
        self.state = state
        if state != "live" and state not in _QUIET:
            self._logged_mode = ""
        if state == "live":
            log.info("%s: messages are arriving", self.address)
        else:
            log.warning("%s", self.message)


_QUIET = ("waiting", "silent")
"""the states of a source that is connected but sends nothing"""

_MESSAGES = {
    "connecting": "Nothing answers at {address}. Is the stream running, and is the address right?",
    "waiting": "Connected to {address}, but no message has arrived. Has the camera been started?",
    "live": "",
    "silent": "Connected to {address}, but the messages stopped. Has the camera been stopped?",
    "lost": "The connection to {address} broke. Waiting for the source to come back.",
    "mismatch": "Something answers at {address}, but it is neither a bsread PUB nor a PUSH source. "
    "Is this the right port?",
}


_WRONG_MODE_MESSAGES = {
    mode: f"Something answers at {{address}}, but it is not a bsread {kind} source, as --mode "
    f"{mode} requires. Is this the right port? --mode auto detects the kind of source."
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
