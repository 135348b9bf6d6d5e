"""A plain Socket.IO client that records what it receives."""

import threading
import time
from dataclasses import dataclass
from typing import Any

import engineio
import socketio

from shared import envelope
from tests.support.waiting import until


@dataclass
class Frame:
    """A received frame and its time of arrival (Unix seconds of this machine)."""

    header: dict[str, Any]
    body: memoryview
    arrived: float


class InOrder(engineio.Client):
    """An engine.io client that handles packets in order, without a thread for each: these could
    swap the two packets of a frame."""

    def _trigger_event(self, event: str, *args: Any, **options: Any) -> Any:
        return super()._trigger_event(event, *args, **{**options, "run_async": False})


class Client(socketio.Client):
    """A Socket.IO client based on ``InOrder``."""

    def _engineio_client_class(self) -> type[engineio.Client]:
        return InOrder


class Viewer:
    """A viewer that connects when created; ``watch`` asks for frames."""

    def __init__(
        self,
        url: str,
        transports: list[str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.frames: list[Frame] = []
        self.statuses: list[dict[str, Any]] = []
        self.schemas: list[dict[str, Any]] = []
        self.notices: list[dict[str, Any]] = []
        self.connects = 0
        """Number of connections, with reconnections."""
        self.watched_at = 0.0
        self._changed = threading.Condition()
        self.client = Client(reconnection_delay=0.2, reconnection_delay_max=1)
        self.client.on("connect", self._on_connect)
        self.client.on("frame", self._on_frame)
        self.client.on("status", self.statuses.append)
        self.client.on("schema", self.schemas.append)
        self.client.on("notice", self.notices.append)
        self.client.connect(
            url, headers or {}, transports=transports or ["websocket"], wait_timeout=10
        )

    @property
    def status(self) -> dict[str, Any]:
        """The last status received; empty before the first, which may follow the first frame."""
        return self.statuses[-1] if self.statuses else {}

    def watch(self, stream: str = "camera", **more: Any) -> dict[str, Any]:
        """Send ``watch``; return the acknowledgement."""
        self.watched_at = time.time()
        return self.client.call("watch", {"stream": stream, **more}, timeout=10)

    def call(self, event: str, *payload: Any) -> Any:
        """Send an event; return the acknowledgement."""
        return self.client.call(event, payload if payload else None, timeout=10)

    def wait_for(self, count: int, timeout_s: float = 20.0) -> list[Frame]:
        """Wait for ``count`` frames in all; return all frames."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.frames) >= count, timeout_s), (
                f"{len(self.frames)} of {count} frames received in {timeout_s:g} s; "
                f"last status {self.status}"
            )
            return list(self.frames)

    def wait_for_more(self, count: int = 1, timeout_s: float = 20.0) -> list[Frame]:
        """Wait for ``count`` more frames; return them."""
        before = len(self.frames)
        return self.wait_for(before + count, timeout_s)[before:]

    def wait_for_state(self, *states: str, timeout_s: float = 20.0) -> dict[str, Any]:
        """Wait until the last status has one of these states; return the status."""
        until(
            lambda: self.status.get("state") in states,
            f"state {' or '.join(states)}, after {self.status}",
            timeout_s,
        )
        return self.status

    def close(self) -> None:
        """Disconnect."""
        self.client.disconnect()

    def _on_connect(self) -> None:
        self.connects += 1

    def _on_frame(self, message: bytes) -> None:
        header, body = envelope.unpack(message)
        with self._changed:
            self.frames.append(Frame(header, body, time.time()))
            self._changed.notify_all()
