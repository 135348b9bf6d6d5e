"""A board: what takes messages, a worker that shows it, and a page that looks on."""

import contextlib
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.fields import OpenPage
from tests.support.beamcast import Beamcast
from tests.support.push import Push

WAIT_MS = 30_000
SHARES = {"users": 60, "machine": 25, "down": 15}
OWN = {"type": "line", "data": {"labels": ["a", "b"], "datasets": [{"data": [1, 2]}]}}
EACH: list[dict[str, Any]] = [
    {"id": "line", "value": [1, 2], "legend": ["ring", "booster"]},
    {"id": "bar", "type": "bar", "value": {"a": 3}, "label": "m1"},
    {"id": "horizontalBar", "type": "horizontalBar", "value": [3, 1], "label": ["x", "y"]},
    *({"id": one, "type": one, "value": SHARES} for one in ("pie", "doughnut", "radar")),
    {"id": "polarArea", "type": "polarArea", "value": SHARES},
    {"id": "bubble", "type": "bubble", "value": {"x": 1, "y": 2, "r": 9}},
    {"id": "scatter", "type": "scatter", "value": [{"x": 1, "y": 2}, {"x": 2, "y": 3}]},
    {"id": "custom", "type": "custom", "value": OWN},
    {"id": "text", "type": "text", "value": "a line"},
    {"id": "map", "type": "map", "value": {"lat": 47.5, "lon": 8.2, "name": "Villigen"}},
]
"""a card of each type"""


class Board:
    """What takes messages, and a worker."""

    def __init__(self, beamcast: Beamcast) -> None:
        self.beamcast = beamcast
        self.ingest = self.start()
        self.worker = beamcast.worker()
        self.url = f"{self.worker.url}/board/board"

    def start(self) -> Push:
        """An ingest of the board, that ends with the rest."""
        ingest = Push(self.beamcast.redis)
        self.beamcast.add(ingest.process)
        return ingest

    def push(self, *messages: dict[str, Any]) -> None:
        """All of these, which are taken."""
        answer = self.ingest.post(*messages)
        assert answer.ok, answer.text

    def open(self, open_page: OpenPage, path: str = "/board/board", **more: Any) -> Page:
        """A page that shows it, live."""
        page = open_page(self.worker.url + path, **more)
        expect(page.locator("body")).to_have_attribute("data-state", "live", timeout=WAIT_MS)
        return page

    def open_losing(self, open_page: OpenPage, *first: dict[str, Any]) -> Page:
        """A page that throws away the frames that come in while its ``lose`` is true; ``lost`` is
        the number after that of the last row that went with them."""
        self.push(*first)
        return self.open(open_page, script=LOSING)


LOSING = r"""
    window.lose = false; window.lost = 0;
    const own = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
    const rows = (bytes) => {
        const length = new DataView(bytes).getUint32(0, true);
        const header = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length)));
        return header.cards.map(({ n }) => n);
    };
    Object.defineProperty(WebSocket.prototype, "onmessage", { ...own, set(does) {
        let announced = null;
        own.set.call(this, (event) => {
            const isText = typeof event.data === "string";
            if (isText && /^451-\["frame"/.test(event.data)) {
                announced = event;
            } else if (isText || !announced) {
                does(event);
            } else {
                const frame = [announced, event];
                announced = null;
                if (window.lose) {
                    window.lost = Math.max(window.lost, ...rows(event.data));
                } else {
                    frame.forEach(does);
                }
            }
        });
    } });
"""
"""a frame is a text that announces it, and its bytes"""


@contextlib.contextmanager
def started() -> Iterator[Board]:
    """All of it, ended afterwards."""
    beamcast = Beamcast()
    try:
        yield Board(beamcast)
    finally:
        beamcast.stop()


def card(page: Page, name: str) -> Locator:
    """The card with this id."""
    return page.locator(f".card[data-id='{name}']")


def wait_for_rows(page: Page, name: str, end: int) -> None:
    """So many rows have come in all, and are drawn."""
    expect(card(page, name)).to_have_attribute("data-end", str(end), timeout=WAIT_MS)


def order(page: Page) -> list[str]:
    """Ids of the cards that are seen, as they stand."""
    return page.locator(".card:not([hidden])").evaluate_all("all => all.map(one => one.dataset.id)")


INK = """one => {
    const { width, height } = one;
    const { data } = one.getContext("2d").getImageData(0, 0, width, height);
    const colours = new Set();
    for (let at = 0; at < data.length; at += 4) {
        if (data[at + 3]) colours.add(data.slice(at, at + 4).join());
    }
    return colours.size;
}"""
"""how many colours a canvas has"""
VIRIDIS = (68, 1, 84), (253, 231, 37)
"""its ends"""
PIXELS = """id => {
    const canvas = document.querySelector(`[data-id="${id}"] canvas`);
    if (!canvas?.dataset.seq || canvas.width < 2) return null;
    const at = (x, y) => [...canvas.getContext("2d").getImageData(x, y, 1, 1).data];
    return [at(0, 0), at(1, 1)];
}"""
"""the colours of the first and of the last pixel; null before the whole picture is there"""
