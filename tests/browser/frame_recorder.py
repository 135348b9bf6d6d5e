"""A recorder of the messages on a page's WebSocket and of the frames that the page draws."""

import json
import re
from typing import Any

from playwright.sync_api import Page, WebSocket

from shared import envelope

RECORD_DRAWN = """
window.drawnFrames = [];
addEventListener("DOMContentLoaded", () => {
  const picture = document.getElementById("picture");
  const note = () => {
    const { seq, rendition } = picture.dataset;
    const { state } = document.body.dataset;
    const age = parseFloat(document.getElementById("age").textContent);
    const at = Date.now() / 1000;
    drawnFrames.push({ seq: Number(seq), rendition, state, age, at });
  };
  new MutationObserver(note).observe(picture, { attributeFilter: ["data-seq"] });
});
"""
"""An init script that records each drawn frame with the state, the age and the time of drawing."""


class FrameRecorder:
    """Records the frames and messages of a page; ``attach`` it before the page is loaded."""

    _page: Page

    def __init__(self) -> None:
        self.headers: list[dict[str, Any]] = []
        """headers of the frames received"""
        self.sent: list[tuple[str, Any]] = []
        """event name and first argument of each message that the page sent"""

    def attach(self, page: Page) -> None:
        """Start recording."""
        self._page = page
        page.on("websocket", self._on_websocket)
        page.add_init_script(RECORD_DRAWN)

    def drawn(self) -> list[dict[str, Any]]:
        """Return ``{seq, rendition, state, age, at}`` of each drawn frame, oldest first."""
        return list(self._page.evaluate("drawnFrames"))

    def true_ages(self) -> list[tuple[dict[str, Any], float]]:
        """Return each frame drawn while live, with its true age [s]; Redis has the same clock."""
        drawn = self.drawn()
        self._page.wait_for_timeout(50)  # deliver the events of the last messages
        received = {header["seq"]: header["t_received"] for header in self.headers}
        live = [frame for frame in drawn if frame["state"] == "live"]
        return [(frame, frame["at"] - received[frame["seq"]]) for frame in live]

    def reports(self) -> list[Any]:
        """Return the payloads of the ``drawn`` events that the page sent."""
        return [payload for event, payload in self.sent if event == "drawn"]

    def _on_websocket(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._on_received)
        socket.on("framesent", self._on_sent)

    def _on_received(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            self.headers.append(envelope.read_header(message))

    def _on_sent(self, message: str | bytes) -> None:
        event = re.fullmatch(r"42\d*(\[.*\])", str(message))
        if event:
            name, *payload = json.loads(event[1])
            self.sent.append((name, payload[0] if payload else None))
