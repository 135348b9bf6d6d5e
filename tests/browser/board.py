"""A board, the worker that shows it, and how tests read its page."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from playwright.sync_api import Locator, Page, expect

from tests.browser.picture_page import OpenPage
from tests.support.beamcast import Beamcast, Worker
from tests.support.processes import Process
from tests.support.push import Push
from tests.support.waiting import until

WAIT_MS = 30_000
PIE_VALUES = {"users": 60, "machine": 25, "down": 15}
CUSTOM_CHART = {"type": "line", "data": {"labels": ["a", "b"], "datasets": [{"data": [1, 2]}]}}
EVERY_CARD_TYPE: list[dict[str, Any]] = [
    {"id": "line", "value": [1, 2], "legend": ["ring", "booster"]},
    {"id": "bar", "type": "bar", "value": {"a": 3}, "label": "m1"},
    {"id": "horizontalBar", "type": "horizontalBar", "value": [3, 1], "label": ["x", "y"]},
    *({"id": one, "type": one, "value": PIE_VALUES} for one in ("pie", "doughnut", "radar")),
    {"id": "polarArea", "type": "polarArea", "value": PIE_VALUES},
    {"id": "bubble", "type": "bubble", "value": {"x": 1, "y": 2, "r": 9}},
    {"id": "scatter", "type": "scatter", "value": [{"x": 1, "y": 2}, {"x": 2, "y": 3}]},
    {"id": "custom", "type": "custom", "value": CUSTOM_CHART},
    {"id": "text", "type": "text", "value": "a line"},
    {"id": "map", "type": "map", "value": {"lat": 47.5, "lon": 8.2, "name": "Villigen"}},
]
"""a card of each type"""


class BoardServer(NamedTuple):
    """A Redis and a worker that several boards share, and the numbers of these boards."""

    beamcast: Beamcast
    worker: Worker
    numbers: Iterator[int]


class Board:
    """A board with an ingest of its own, and the worker that shows it."""

    def __init__(self, server: BoardServer, name: str) -> None:
        self.beamcast, self.worker, _ = server
        self.name = name
        self.url = f"{self.worker.url}/board/{name}"
        self._processes: list[Process] = []
        self.ingest = self.start()

    def start(self) -> Push:
        """Start an ingest of this board."""
        ingest = Push(self.beamcast.redis, "--board", self.name)
        self.add(ingest.process)
        return ingest

    def add(self, process: Process) -> Process:
        """Stop a process together with this board."""
        self._processes.append(self.beamcast.add(process))
        return process

    def start_stream(self, source: str, stream: str) -> Process:
        """Start an ingest of a camera or video, which is stopped together with this board."""
        process = self.beamcast.ingest(source, "--stream", stream)
        self._processes.append(process)
        return process

    def push(self, *messages: dict[str, Any]) -> None:
        """Push messages, and check that they are accepted."""
        answer = self.ingest.post(*messages)
        assert answer.ok, answer.text

    def open(self, open_page: OpenPage, path: str = "", **more: Any) -> Page:
        """Open the page of the board, or another path, and wait until it is live."""
        page = open_page(self.worker.url + path if path else self.url, **more)
        expect(page.locator("body")).to_have_attribute("data-state", "live", timeout=WAIT_MS)
        return page

    def open_discarding(self, open_page: OpenPage, *messages: dict[str, Any]) -> Page:
        """Open a page that discards incoming frames while its ``discard`` is true.

        ``discarded`` is one more than the number of the last row in a discarded frame.
        """
        self.push(*messages)
        return self.open(open_page, script=DISCARD_FRAMES)

    def wait_until_stored(self, *cards: str) -> None:
        """Wait until Redis has the cards, so that another ingest continues them."""
        key = self.beamcast.broker.names.cards(self.name)
        names = {name.encode() for name in cards}
        until(lambda: names <= set(self.beamcast.broker.hkeys(key)), "the cards are stored")

    def stop(self) -> None:
        """Stop the processes of this board; the worker continues."""
        for process in reversed(self._processes):
            process.stop()


DISCARD_FRAMES = r"""
    window.discard = false; window.discarded = 0;
    const original = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
    const rows = (bytes) => {
        const length = new DataView(bytes).getUint32(0, true);
        const header = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length)));
        return header.cards.map(({ n }) => n);
    };
    Object.defineProperty(WebSocket.prototype, "onmessage", { ...original, set(handler) {
        let announced = null;
        original.set.call(this, (event) => {
            const isText = typeof event.data === "string";
            if (isText && /^451-\["frame"/.test(event.data)) {
                announced = event;
            } else if (isText || !announced) {
                handler(event);
            } else {
                const frame = [announced, event];
                announced = null;
                if (window.discard) {
                    window.discarded = Math.max(window.discarded, ...rows(event.data));
                } else {
                    frame.forEach(handler);
                }
            }
        });
    } });
"""
"""A frame is a text message that announces it, followed by its bytes."""


def card(page: Page, name: str) -> Locator:
    """Return the card with an id."""
    return page.locator(f".card[data-id='{name}']")


def wait_for_rows(page: Page, name: str, end: int) -> None:
    """Wait until a card has drawn its rows up to number ``end``."""
    expect(card(page, name)).to_have_attribute("data-end", str(end), timeout=WAIT_MS)


def order(page: Page) -> list[str]:
    """Return the ids of the visible cards in their order."""
    return page.locator(".card:not([hidden])").evaluate_all("all => all.map(one => one.dataset.id)")


COUNT_COLOURS = """one => {
    const { width, height } = one;
    const { data } = one.getContext("2d").getImageData(0, 0, width, height);
    const colours = new Set();
    for (let at = 0; at < data.length; at += 4) {
        if (data[at + 3]) colours.add(data.slice(at, at + 4).join());
    }
    return colours.size;
}"""
"""the number of colours on a canvas"""
VIRIDIS = (68, 1, 84), (253, 231, 37)
"""the first and the last colour of the colour map"""
CORNER_COLOURS = """id => {
    const canvas = document.querySelector(`[data-id="${id}"] canvas`);
    if (!canvas?.dataset.seq || canvas.width < 2) return null;
    const at = (x, y) => [...canvas.getContext("2d").getImageData(x, y, 1, 1).data];
    return [at(0, 0), at(1, 1)];
}"""
"""the colours of the first and of the last pixel; null before the first picture is drawn"""
