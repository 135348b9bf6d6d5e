"""The demand is grouped by image, whoever asks for it."""

from ingest.demand import Demand
from shared.renditions import Region, Rendition


def demand(*texts: str) -> Demand:
    return Demand(Rendition.parse(text) for text in texts)


def test_the_demand_for_one_image_is_merged() -> None:
    images = demand("full", "half@CAM2", "precise:0,0,1,1@CAM2", "precise:1,1,2,2@CAM2").images

    assert images["CAM2"].frames_channels == {"half@CAM2": "half", "precise@CAM2": "precise"}
    assert images["CAM2"].regions == {Region(0, 0, 1, 1), Region(1, 1, 2, 2)}
    assert images[""].frames_channels == {"full": "full"}
    assert images.keys() == {"", "CAM2"}


def test_all_channels_that_have_listeners_are_known() -> None:
    channels = demand("full", "half@CAM2", "precise:0,0,1,1", "precise:1,1,2,2").frames_channels

    assert channels == {"full", "half@CAM2", "precise"}


def test_without_renditions_there_is_no_demand() -> None:
    assert not demand().frames_channels
    assert not demand().images
