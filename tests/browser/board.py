"""A board: what takes messages, a worker that shows it, and a page that looks on."""

import contextlib
from collections.abc import Iterator
from typing import Any

import requests
from playwright.sync_api import Locator, Page, expect

from tests.browser.fields import OpenPage
from tests.support.beamcast import Beamcast, Worker
from tests.support.processes import Process, free_port, python
from tests.support.waiting import until

WAIT_MS = 30_000


class Board:
    """``python -m ingest.push`` on ports of its own."""

    def __init__(
        self, beamcast: Beamcast, name: str = "board", worker: Worker | None = None
    ) -> None:
        self.beamcast = beamcast
        self.name = name
        self.port = free_port()
        self.push_url = f"http://127.0.0.1:{self.port}/push"
        self.process = self.start()
        self.worker = worker or beamcast.worker()
        self.url = f"{self.worker.url}/board/{name}"

    def start(self) -> Process:
        """One more ingest of the board, taking messages."""
        process = self.beamcast.add(
            python(
                *("ingest.push", "--board", self.name, "--redis", self.beamcast.redis.url),
                *("--push-port", str(self.port), "--push-tcp-port", "0"),
            )
        )
        until(lambda: "takes messages" in process.output, "the board takes messages")
        return process

    def push(self, *messages: dict[str, Any]) -> None:
        """All of these, which are taken."""
        answer = requests.post(self.push_url, json=list(messages), timeout=20)
        assert answer.ok, answer.text

    def open(self, open_page: OpenPage, query: str = "", **more: Any) -> Page:
        """A page that shows it, live."""
        page = open_page(self.url + query, **more)
        expect(page.locator("body")).to_have_attribute("data-state", "live", timeout=WAIT_MS)
        return page


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
