"""The page in Firefox, which operators use too."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from tests.support.beamcast import Beamcast
from tests.support.camera import Camera
from tests.support.firefox import Firefox
from tests.support.waiting import until


@pytest.fixture
def firefox() -> Iterator[Firefox]:
    browser = Firefox()
    yield browser
    browser.close()


def test_firefox_shows_the_beam_live(beamcast: Beamcast, firefox: Firefox) -> None:
    with Camera() as camera:
        beamcast.ingest(camera.address)
        firefox.open(beamcast.worker().url)
        until(lambda: firefox.value("document.body.dataset.state") == "live", "the page is live")
        seen = "Number(document.querySelector('#picture').dataset.seq)"
        first = firefox.value(seen)
        until(lambda: firefox.value(seen) > first + 3, "the picture moves")

        box = firefox.value("document.querySelector('#picture').getBoundingClientRect()")
        shot = np.asarray(Image.open(io.BytesIO(firefox.screenshot())).convert("L"))

    middle = shot[int(box["y"] + box["height"] / 2), int(box["x"] + box["width"] / 2)]
    corner = shot[int(box["y"] + 10), int(box["x"] + 10)]
    assert middle > 200
    assert corner < 40
