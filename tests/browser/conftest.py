"""A real Chromium, started once, with a fresh page for each test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import board as boards
from tests.browser.board import Board
from tests.browser.fields import fields
from tests.browser.many import Streams, started
from tests.support.beamcast import Beamcast, Worker
from tests.support.camera import Camera
from tests.support.chromium import OPTIONS, find_chromium


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """``open_page(url, width=…, height=…, color_scheme=…)``: a page, which ``prepare(page)`` sees
    before it is loaded; what it logs as an error fails the test, unless the test takes it out of
    ``page.complaints``."""
    contexts = []

    def opened(url: str, width: int = 1200, height: int = 800, **more: Any) -> Page:
        script = more.pop("script", None)
        prepare = more.pop("prepare", None)
        context = chromium.new_context(viewport={"width": width, "height": height}, **more)
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on(
            "console",
            lambda message: message.type == "error" and page.complaints.append(message.text),
        )
        if script:
            page.add_init_script(script)
        if prepare:
            prepare(page)
        page.goto(url)
        return page

    yield opened
    complaints = [text for c in contexts for page in c.pages for text in page.complaints]
    for context in contexts:
        context.close()
    assert not complaints


@pytest.fixture
def worker(beamcast: Beamcast, request: pytest.FixtureRequest) -> Iterator[Worker]:
    """One that has the four fields, or what a test asks for."""
    with Camera(content=getattr(request, "param", fields)) as camera:
        beamcast.ingest(camera.address)
        beamcast.camera = camera
        yield beamcast.worker()


@pytest.fixture
def board(beamcast: Beamcast) -> Board:
    """One that has no card yet."""
    return Board(beamcast)


@pytest.fixture(scope="module")
def full() -> Iterator[Board]:
    """One with a card of each type, for tests that look on, or add cards of their own."""
    with boards.started() as board:
        board.push(*boards.EACH)
        yield board


@pytest.fixture(scope="module")
def streams() -> Iterator[Streams]:
    """Several on one Redis, for tests that look on."""
    with started() as streams:
        yield streams


@pytest.fixture
def own() -> Iterator[Streams]:
    """The same, for a test that starts or kills an ingest."""
    with started() as streams:
        yield streams
