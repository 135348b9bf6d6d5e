"""A wall whose tiles show the same pulse."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any

import bsread
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.picture_page import OpenPage
from tests.browser.stream_tiles import WAIT_MS, tile
from tests.support.beamcast import Beamcast
from tests.support.camera import spot
from tests.support.page_files import PageFiles
from tests.support.processes import free_port
from tests.support.waiting import until

STREAMS = ("one", "two")
REPAINTS = 100

RECORD = """
window.repaints = [];
document.addEventListener("DOMContentLoaded", () => {
  const tiles = document.getElementById("tiles");
  const shown = () => [...tiles.querySelectorAll("canvas")].map((each) => +each.dataset.pulseId);
  new MutationObserver(() => repaints.push(shown()))
    .observe(tiles, { subtree: true, attributeFilter: ["data-pulse-id"] });
});
"""
"""Records the pulses of all tiles whenever one or more of them were drawn."""


class Machine:
    """Two cameras that send the pulses that a test says, their ingests, and a worker at ``url``."""

    def __init__(self, beamcast: Beamcast, url: str, cameras: Sequence[bsread.Sender]) -> None:
        self.pulse_ids = count(28_000)
        self.last_pulse = 0
        """that was sent by ``send_until``"""
        self.url = url
        self._cameras = dict(zip(STREAMS, cameras, strict=True))
        for stream, camera in self._cameras.items():
            address = f"tcp://127.0.0.1:{camera.port}"
            beamcast.ingest(address, "--stream", stream, "--max-fps", "1000")

    def send(self, stream: str, pulse_id: int) -> None:
        """Send a message of one camera."""
        self._cameras[stream].send(data=spot(pulse_id), pulse_id=pulse_id)

    def send_until(self, is_done: Callable[[], object], what: str) -> None:
        """Let both cameras send pulses until a condition is met."""

        def send() -> bool:
            self.last_pulse = next(self.pulse_ids)
            for stream in STREAMS:
                self.send(stream, self.last_pulse)
            return bool(is_done())

        until(send, what, 30)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with contextlib.ExitStack() as ends:
        beamcast = Beamcast()
        ends.callback(beamcast.stop)
        files = PageFiles(tmp_path_factory.mktemp("files"))  # no bundles: see make_patient
        worker, url = files.worker(beamcast.redis.url_of("web"))
        beamcast.add(worker)
        cameras = []
        for _ in STREAMS:
            camera = bsread.Sender(
                port=free_port(), address="tcp://127.0.0.1", mode=bsread.PUSH, block=False
            )
            camera.open()
            ends.callback(camera.close)
            cameras.append(camera)
        yield Machine(beamcast, url, cameras)


def shown(page: Page) -> list[int]:
    """Return the pulse that each tile shows."""
    pulses = "[...document.querySelectorAll('#tiles canvas')].map((c) => +c.dataset.pulseId)"
    return list(page.evaluate(pulses))


def make_patient(page: Page) -> None:
    """Let a tile wait for 20 s, so that none gives way because the machine is busy."""
    limit = "MAX_WAIT_S = 0.2;"

    def prolong(route: Route) -> None:
        module = route.fetch().text()
        assert limit in module
        route.fulfill(
            body=module.replace(limit, "MAX_WAIT_S = 20;"), content_type="text/javascript"
        )

    page.route("**/tile-pulses.js", prolong)


def open_wall(open_page: OpenPage, machine: Machine, query: str, **options: Any) -> Page:
    """Open a wall that shows both streams live."""
    page = open_page(f"{machine.url}/view/{','.join(STREAMS)}{query}", **options)
    states = "[...document.querySelectorAll('.tile')].every((t) => t.dataset.state === 'live')"
    machine.send_until(lambda: page.evaluate(states), "both tiles are live")
    return page


def test_of_a_hundred_repaints_each_shows_the_same_pulse(
    machine: Machine, open_page: OpenPage
) -> None:
    """One camera's message arrives after the other's has been decoded, at the next pulse even."""
    page = open_wall(open_page, machine, "?pulse=same", script=RECORD, prepare=make_patient)
    machine.send_until(lambda: len(set(shown(page))) == 1, "the tiles match")
    until(lambda: shown(page)[0] == machine.last_pulse, "all that was sent is shown")
    page.evaluate("repaints = []")

    ahead = next(machine.pulse_ids)
    machine.send("one", ahead)
    for _ in range(3 * REPAINTS):
        if page.evaluate("repaints.length") >= REPAINTS:
            break
        pulse_id, ahead = ahead, next(machine.pulse_ids)
        machine.send("one", ahead)
        machine.send("two", pulse_id)
        with contextlib.suppress(AssertionError):  # flow control may leave out a frame
            until(lambda wanted=pulse_id: shown(page) == [wanted] * 2, "both show it", 2)

    repaints = page.evaluate("repaints")
    assert len(repaints) >= REPAINTS
    assert all(first == second for first, second in repaints)
    assert [first for first, _ in repaints] == sorted({first for first, _ in repaints})
    expect(page.locator("#same .figures")).to_contain_text(" % · +", timeout=WAIT_MS)


def test_a_tile_whose_partner_is_late_gives_way_and_the_other_says_so(
    machine: Machine, open_page: OpenPage
) -> None:
    page = open_wall(open_page, machine, "?pulse=same")
    machine.send_until(lambda: len(set(shown(page))) == 1, "the tiles match")
    one, two = (tile(page, stream).locator(".pulse") for stream in STREAMS)
    machine.send_until(lambda: one.get_attribute("data-relation") == "same", "one says so")

    def send() -> bool:
        pulse_id = next(machine.pulse_ids)
        machine.send("one", pulse_id)
        machine.send("two", pulse_id - 20)
        is_other = two.get_attribute("data-relation") == "other"
        return is_other and "other pulse · " in (two.text_content() or "")

    until(send, "two says that it has another pulse")


def test_the_switch_is_in_the_address_and_stored_in_this_browser(
    machine: Machine, open_page: OpenPage
) -> None:
    page = open_wall(open_page, machine, "")
    switch = page.locator("#same")
    expect(switch).to_have_attribute("aria-pressed", "false")
    expect(tile(page, "one").locator(".pulse")).to_be_hidden()

    page.keyboard.press("s")

    expect(switch).to_have_attribute("aria-pressed", "true")
    assert page.url.endswith("/view/one,two?pulse=same")
    machine.send_until(lambda: tile(page, "one").locator(".pulse").is_visible(), "its pulse")
    page.goto(f"{machine.url}/view/two,one")
    expect(switch).to_have_attribute("aria-pressed", "true")
    assert page.url.endswith("/view/two,one?pulse=same")

    switch.click()

    expect(switch).to_have_attribute("aria-pressed", "false")
    assert page.url.endswith("/view/two,one")
    page.reload()
    expect(switch).to_have_attribute("aria-pressed", "false")


def test_a_wall_without_common_pulses_says_so(machine: Machine, open_page: OpenPage) -> None:
    page = open_wall(open_page, machine, "?pulse=same")
    page.goto(f"{machine.url}/view/one,absent?pulse=same")

    machine.send_until(lambda: tile(page, "one").get_attribute("data-state") == "live", "live")

    expect(page.locator("#same .figures")).to_have_text("no common pulses")
