"""Markup from a source, or in Redis, is shown as text in a real browser."""

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.support.beamcast import Beamcast
from tests.support.camera import RawSource
from tests.support.messages import GOOD_IMAGE, channel, message

ATTACK = "<img src=x onerror=window.ran=1><script>window.ran=1</script>"
WAIT_MS = 20_000


@pytest.fixture
def source() -> Iterator[RawSource]:
    """A source of channels whose names, units and texts are markup."""
    stop = threading.Event()
    with RawSource() as source:

        def send() -> None:
            pulse_id = 0
            while not stop.wait(0.1):
                pulse_id += 1
                source.send(
                    *message(
                        pulse_id,
                        channel(f"image {ATTACK}", GOOD_IMAGE, unit=ATTACK),
                        channel(f"wave {ATTACK}", np.arange(8.0), unit=ATTACK),
                        channel(f"x {ATTACK}", np.float64(5.25), unit=ATTACK),
                        channel("text", ATTACK),
                    )
                )

        thread = threading.Thread(target=send)
        thread.start()
        yield source
        stop.set()
        thread.join()


def test_markup_in_names_units_texts_and_status_does_not_run(
    beamcast: Beamcast, source: RawSource, open_page: Callable[..., Page]
) -> None:
    beamcast.ingest(source.address)
    broker = beamcast.broker
    broker.zadd("beamcast:streams", {"other": 1, ATTACK: 2})
    broker.hset("beamcast:other:status", mapping={"state": "lost", "message": ATTACK})
    broker.set("beamcast:other:standby", ATTACK)
    worker = beamcast.worker()
    for path, text in [
        ("/view/camera", ATTACK),
        ("/view/camera,other", "1 not live"),
        ("/view/camera?precise=1", ATTACK),
    ]:
        page = open_page(worker.url + path)

        expect(page.locator("body")).to_contain_text(text, timeout=WAIT_MS)
        page.wait_for_timeout(500)  # an image with an invalid address takes time to fail

        assert page.evaluate("() => window.ran") is None
        assert page.locator("img[src=x]").count() == 0
