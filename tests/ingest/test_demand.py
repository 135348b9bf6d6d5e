"""What is asked for is arranged by image, whoever asks for it."""

from ingest.demand import Demand
from shared.renditions import Region, Rendition


def asked(*texts: str) -> Demand:
    return Demand(Rendition.parse(text) for text in texts)


def test_all_that_is_asked_of_an_image_comes_together() -> None:
    images = asked("full", "half@CAM2", "precise:0,0,1,1@CAM2", "precise:1,1,2,2@CAM2").images

    assert images["CAM2"].channels == {"half@CAM2": "half", "precise@CAM2": "precise"}
    assert images["CAM2"].regions == {Region(0, 0, 1, 1), Region(1, 1, 2, 2)}
    assert images[""].channels == {"full": "full"}
    assert images.keys() == {"", "CAM2"}


def test_all_channels_on_which_somebody_listens_are_known() -> None:
    channels = asked("full", "half@CAM2", "precise:0,0,1,1", "precise:1,1,2,2").channels

    assert channels == {"full", "half@CAM2", "precise"}


def test_nothing_is_asked_for_when_nobody_asks() -> None:
    assert not asked().channels
    assert not asked().images
