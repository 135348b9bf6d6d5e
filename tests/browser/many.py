"""Three streams on one Redis, and what a page of many streams shows of them."""

import contextlib
import re
from collections.abc import Callable, Iterator
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.support.beamcast import Beamcast, Worker
from tests.support.camera import Camera, spot
from tests.support.processes import Process
from tests.support.waiting import until

WAIT_MS = 30_000
SIZES = {"one": (48, 64), "two": (40, 160), "three": (96, 96)}
"""stream → rows and columns of its picture"""


class Streams:
    """Three ingests on one Redis, each with its camera, and a worker."""

    def __init__(self, beamcast: Beamcast, parts: contextlib.ExitStack) -> None:
        self.beamcast = beamcast
        self._parts = parts
        self.ingests = {stream: self.start(stream) for stream in SIZES}
        self.worker: Worker = beamcast.worker()

    def start(self, stream: str, content: Callable[[int], dict[str, Any]] | None = None) -> Process:
        """An ingest of one more stream, with a camera of its own."""
        size = SIZES.get(stream, (48, 64))
        content = content or (lambda pulse_id: spot(pulse_id, size))
        camera = self._parts.enter_context(Camera(rate_hz=10, content=content))
        return self.beamcast.ingest(camera.address, "--stream", stream)


@contextlib.contextmanager
def started() -> Iterator[Streams]:
    """All of it, ended afterwards."""
    with contextlib.ExitStack() as parts:
        beamcast = Beamcast()
        parts.callback(beamcast.stop)
        yield Streams(beamcast, parts)


def tile(page: Page, stream: str) -> Locator:
    """The tile of a stream."""
    name = page.locator(".name").filter(has_text=re.compile(f"^{re.escape(stream)}$"))
    return page.locator(".tile").filter(has=name)


def wait_for_state(page: Page, stream: str, state: str) -> None:
    """The tile is in this state."""
    expect(tile(page, stream)).to_have_attribute("data-state", state, timeout=WAIT_MS)


def wait_for_live(page: Page, *streams: str) -> None:
    """These, or the three, are live."""
    for stream in streams or SIZES:
        wait_for_state(page, stream, "live")


def wait_for_more(page: Page, stream: str) -> None:
    """A frame later than this one is shown."""
    canvas = tile(page, stream).locator("canvas")
    before = int(canvas.get_attribute("data-seq") or -1)
    until(lambda: int(canvas.get_attribute("data-seq") or -1) > before, f"{stream} goes on")


def order(page: Page) -> list[str]:
    """The streams as their tiles stand."""
    return page.locator(".tile .name").all_text_contents()
