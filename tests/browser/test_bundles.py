"""The pages load a bundle, or without one their modules; both work, also after an update."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from tests.browser.board import EVERY_CARD_TYPE
from tests.browser.camera_stack import CameraStack, start_camera_stack
from tests.browser.picture_page import WAIT_MS, OpenPage
from tests.support.page_files import PageFiles
from tests.support.push import Push

MAX_REQUESTS, MAX_REQUESTS_ON_RELOAD = 10, 3


class Served(NamedTuple):
    """A camera and a board, and a worker with its own files."""

    stack: CameraStack
    files: PageFiles
    url: str
    is_bundled: bool


@pytest.fixture(scope="module", params=[True, False], ids=["bundled", "modules"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    files = PageFiles(tmp_path_factory.mktemp("files"))
    if request.param:
        files.bundle()
    with start_camera_stack() as stack:
        push = Push(stack.beamcast.redis, "--board", "board")
        stack.beamcast.add(push.process)
        push.post(*EVERY_CARD_TYPE)
        process, url = files.worker(stack.beamcast.redis.url_of("web"))
        stack.beamcast.add(process)
        yield Served(stack, files, url, request.param)


def scripts(page: Page) -> list[str]:
    """Return the scripts that the page has loaded for its first picture."""
    return page.evaluate(
        "performance.getEntriesByType('resource').map(({name}) => new URL(name).pathname)"
        ".filter((path) => path.endsWith('.js') && !path.includes('uPlot'))"
    )


def test_a_picture_is_drawn(open_page: OpenPage, served: Served) -> None:
    page = open_page(f"{served.url}/view/camera")

    expect(page.locator("body")).to_have_attribute("data-state", "live", timeout=WAIT_MS)
    folder = "/bundle/" if served.is_bundled else "/static/js/"
    assert all(path.startswith((folder, "/lib/")) for path in scripts(page))


def test_the_viewer_is_counted_once(open_page: OpenPage, served: Served) -> None:
    """The socket that opens first is the page's own."""
    page = open_page(f"{served.url}/view/camera")
    expect(page.locator("#viewers")).to_have_text("1", timeout=WAIT_MS)
    page.close()


def test_every_page_works(open_page: OpenPage, served: Served) -> None:
    wall = open_page(f"{served.url}/view/camera,other")
    expect(wall.locator("#tiles li")).to_have_count(2, timeout=WAIT_MS)
    status = open_page(f"{served.url}/status")
    expect(status.locator("body")).to_have_attribute("data-fresh", "yes", timeout=WAIT_MS)


def test_charts_and_maps_load_what_they_need(open_page: OpenPage, served: Served) -> None:
    page = open_page(f"{served.url}/board/board", height=3000)

    expect(page.locator("#cards > li")).to_have_count(len(EVERY_CARD_TYPE), timeout=WAIT_MS)
    expect(page.locator("[data-id='bar'] canvas")).to_be_visible(timeout=WAIT_MS)
    expect(page.locator("[data-id='line'] canvas")).to_be_visible(timeout=WAIT_MS)
    expect(page.locator("[data-id='map'] canvas").first).to_be_visible(timeout=WAIT_MS)
    expect(page.locator(".cannot:visible")).to_have_count(0)


@pytest.mark.parametrize(
    ("file", "card"), [(r"/chart(-\w+)?\.js", "bar"), (r"/uPlot\.esm(-\w+)?\.js", "line")]
)
def test_a_chart_that_cannot_be_loaded_says_so(
    open_page: OpenPage, served: Served, file: str, card: str
) -> None:
    page = open_page(
        f"{served.url}/board/board",
        prepare=lambda page: page.route(re.compile(file), lambda it: it.abort()),
    )

    message = page.locator(f"[data-id='{card}']").get_by_text("could not be loaded")
    expect(message).to_be_visible(timeout=WAIT_MS)
    page.complaints.clear()


@pytest.mark.parametrize("served", [True], ids=["bundled"], indirect=True)
def test_few_requests_come_before_the_first_picture(open_page: OpenPage, served: Served) -> None:
    requests: list[str] = []

    def prepare(page: Page) -> None:
        page.on("websocket", lambda socket: requests.append(socket.url))

    page = open_page(f"{served.url}/view/camera", prepare=prepare)
    expect(page.locator("body")).to_have_attribute("data-state", "live", timeout=WAIT_MS)
    assert fetched(page) + len(requests) <= MAX_REQUESTS

    requests.clear()
    page.reload()
    expect(page.locator("body")).to_have_attribute("data-state", "live", timeout=WAIT_MS)
    assert fetched(page) + len(requests) <= MAX_REQUESTS_ON_RELOAD


def fetched(page: Page) -> int:
    """Return how many files were fetched from the server."""
    return page.evaluate(
        "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType("
        "'resource')].filter(({transferSize}) => transferSize > 0).length"
    )


def test_a_page_of_an_updated_worker_loads_the_new_bundle(
    open_page: OpenPage, tmp_path: Path
) -> None:
    files = PageFiles(tmp_path)
    files.bundle()
    with start_camera_stack() as stack:
        redis = stack.beamcast.redis.url_of("web")
        process, url = files.worker(redis)
        page = open_page(f"{url}/view/camera")
        expect(page.locator("body")).to_have_attribute("data-state", "live", timeout=WAIT_MS)
        old = scripts(page)

        process.stop()
        with (files.web / "static/js/main.js").open("a") as source:
            source.write('document.body.dataset.version = "new";\n')
        files.bundle()
        process, url = files.worker(redis, int(url.rpartition(":")[2]))
        stack.beamcast.add(process)
        # The open page continues with the new worker.
        expect(page.locator("body")).to_have_attribute("data-state", "live", timeout=WAIT_MS)
        page.reload()

        expect(page.locator("body")).to_have_attribute("data-version", "new", timeout=WAIT_MS)
        assert len([path for path in scripts(page) if path in old]) == len(old) - 1
        page.complaints.clear()  # the connection was lost
