"""A Chromium that is started once, and the stacks that its pages show.

A test that only reads a stack takes one of the module-scoped fixtures ``worker``, ``stack``,
``streams`` or ``every_card``. A test that stops a part or changes what a camera sends takes
``own_stack`` or ``own_streams``. ``board`` is an empty board for each test, on a shared worker.
"""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.board import EVERY_CARD_TYPE, Board, BoardServer
from tests.browser.camera_stack import CameraStack, start_camera_stack
from tests.browser.picture_page import four_fields
from tests.browser.stream_tiles import Streams, start_streams
from tests.support.beamcast import Beamcast, Worker
from tests.support.chromium import OPTIONS, find_chromium


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium of Debian."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Return ``open_page(url, width=..., height=..., script=..., prepare=..., **context_options)``.

    ``script`` is an init script; ``prepare(page)`` is called before the page is loaded. Errors in
    the page's console fail the test, unless the test removes them from ``page.complaints``.
    """
    contexts = []

    def open_page(
        url: str,
        width: int = 1200,
        height: int = 800,
        script: str = "",
        prepare: Callable[[Page], Any] | None = None,
        **context_options: Any,
    ) -> Page:
        viewport = {"width": width, "height": height}
        context = chromium.new_context(viewport=viewport, **context_options)
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

    yield open_page
    complaints = [text for c in contexts for page in c.pages for text in page.complaints]
    for context in contexts:
        context.close()
    assert not complaints


@pytest.fixture(scope="module")
def stack(request: pytest.FixtureRequest) -> Iterator[CameraStack]:
    """A stack for tests that only read it; the parameter is the content of the camera."""
    with start_camera_stack(getattr(request, "param", four_fields)) as stack:
        yield stack


@pytest.fixture(scope="module")
def worker(stack: CameraStack) -> Worker:
    """The worker of ``stack``."""
    return stack.worker


@pytest.fixture
def own_stack(request: pytest.FixtureRequest) -> Iterator[CameraStack]:
    """A stack for a test that changes or stops a part of it."""
    with start_camera_stack(getattr(request, "param", four_fields)) as stack:
        yield stack


@pytest.fixture(scope="module")
def board_server() -> Iterator[BoardServer]:
    """A Redis and a worker for the boards of a module."""
    beamcast = Beamcast()
    yield BoardServer(beamcast, beamcast.worker(), itertools.count(1))
    beamcast.stop()


@pytest.fixture
def board(board_server: BoardServer) -> Iterator[Board]:
    """An empty board with an ingest of its own, on a Redis and a worker that are shared."""
    board = Board(board_server, f"board{next(board_server.numbers)}")
    yield board
    board.stop()


@pytest.fixture(scope="module")
def every_card(board_server: BoardServer) -> Iterator[Board]:
    """A board with a card of each type, for tests that read it or add cards of their own."""
    board = Board(board_server, "every-card")
    board.push(*EVERY_CARD_TYPE)
    yield board
    board.stop()


@pytest.fixture(scope="module")
def streams() -> Iterator[Streams]:
    """Three streams on one Redis, for tests that only read them."""
    with start_streams() as streams:
        yield streams


@pytest.fixture
def own_streams() -> Iterator[Streams]:
    """The streams ``one`` and ``two``, for a test that starts or stops an ingest."""
    with start_streams("one", "two") as streams:
        yield streams
