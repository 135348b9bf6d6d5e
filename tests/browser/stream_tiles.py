"""Several streams on one Redis, and the tiles of the pages that show them."""

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.support.beamcast import Beamcast, Worker
from tests.support.camera import Camera, spot
from tests.support.processes import Process
from tests.support.waiting import until

WAIT_MS = 30_000
SIZES = {"one": (48, 64), "two": (40, 160), "three": (96, 96)}
"""rows and columns of the picture of each stream"""


class Streams:
    """Ingests on one Redis, each with its camera, and a worker."""

    def __init__(
        self, beamcast: Beamcast, cameras: contextlib.ExitStack, names: Sequence[str]
    ) -> None:
        self.beamcast = beamcast
        self._cameras = cameras
        self.ingests = {stream: self.start(stream) for stream in names}
        self.worker: Worker = beamcast.worker()

    def start(self, stream: str, content: Callable[[int], dict[str, Any]] | None = None) -> Process:
        """Start an ingest of another stream, with a camera of its own."""
        size = SIZES.get(stream, (48, 64))
        content = content or (lambda pulse_id: spot(pulse_id, size))
        camera = self._cameras.enter_context(Camera(rate_hz=10, content=content))
        return self.beamcast.ingest(camera.address, "--stream", stream)


@contextlib.contextmanager
def start_streams(*names: str) -> Iterator[Streams]:
    """Start the named streams of ``SIZES``, or all of them, and stop them afterwards."""
    with contextlib.ExitStack() as cameras:
        beamcast = Beamcast()
        cameras.callback(beamcast.stop)
        yield Streams(beamcast, cameras, names or tuple(SIZES))


def tile(page: Page, stream: str) -> Locator:
    """Return the tile of a stream."""
    name = page.locator(".name").filter(has_text=re.compile(f"^{re.escape(stream)}$"))
    return page.locator(".tile").filter(has=name)


def wait_for_state(page: Page, stream: str, state: str) -> None:
    """Wait until a tile has a state."""
    expect(tile(page, stream)).to_have_attribute("data-state", state, timeout=WAIT_MS)


def wait_for_live(page: Page, *streams: str) -> None:
    """Wait until these streams, or all of ``SIZES``, are live."""
    for stream in streams or SIZES:
        wait_for_state(page, stream, "live")


def wait_for_next_frame(page: Page, stream: str) -> None:
    """Wait until a tile shows another frame."""
    canvas = tile(page, stream).locator("canvas")
    before = int(canvas.get_attribute("data-seq") or -1)
    until(
        lambda: int(canvas.get_attribute("data-seq") or -1) > before,
        f"a new frame of {stream} is shown",
    )


def order(page: Page) -> list[str]:
    """Return the names of the streams in the order of their tiles."""
    return page.locator(".tile .name").all_text_contents()
