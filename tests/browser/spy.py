"""What goes over a page's WebSocket, and what the page shows of it."""

import json
import re
from typing import Any

from playwright.sync_api import Page, WebSocket

from shared import envelope

SHOWN = """
window.shown = [];
addEventListener("DOMContentLoaded", () => {
  const picture = document.getElementById("picture");
  const note = () => {
    const { seq, rendition } = picture.dataset;
    const { state } = document.body.dataset;
    const age = parseFloat(document.getElementById("age").textContent);
    const at = Date.now() / 1000;
    shown.push({ seq: Number(seq), rendition, state, age, at });
  };
  new MutationObserver(note).observe(picture, { attributeFilter: ["data-seq"] });
});
"""
"""For ``add_init_script``: each frame that is drawn, with the state, the age and the time then."""


class Spy:
    """Notes the messages of a page's WebSockets; ``listen`` to it before it is loaded."""

    _page: Page

    def __init__(self) -> None:
        self.headers: list[dict[str, Any]] = []
        """of the frames that came"""
        self.sent: list[tuple[str, Any]] = []
        """event and first argument of what the page sent"""

    def listen(self, page: Page) -> None:
        """Begins, before the page is loaded."""
        self._page = page
        page.on("websocket", self._opened)
        page.add_init_script(SHOWN)

    def shown(self) -> list[dict[str, Any]]:
        """``{seq, rendition, state, age, at}`` of each frame that was drawn, oldest first."""
        return list(self._page.evaluate("shown"))

    def true_ages(self) -> list[tuple[dict[str, Any], float]]:
        """What was shown while live, and its age by this machine's clock, which is Redis'."""
        shown = self.shown()
        self._page.wait_for_timeout(50)  # lets the last messages be heard
        received = {header["seq"]: header["t_received"] for header in self.headers}
        live = [one for one in shown if one["state"] == "live"]
        return [(one, one["at"] - received[one["seq"]]) for one in live]

    def reports(self) -> list[Any]:
        """What was said with ``drawn``."""
        return [payload for event, payload in self.sent if event == "drawn"]

    def _opened(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._received)
        socket.on("framesent", self._sent)

    def _received(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            self.headers.append(envelope.read_header(message))

    def _sent(self, message: str | bytes) -> None:
        event = re.fullmatch(r"42\d*(\[.*\])", str(message))
        if event:
            name, *payload = json.loads(event[1])
            self.sent.append((name, payload[0] if payload else None))
