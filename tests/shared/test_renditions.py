"""Valid texts are parsed as renditions, others are rejected."""

import pytest

from shared.renditions import BadRendition, Region, Rendition


@pytest.mark.parametrize(
    ("text", "rendition", "channel"),
    [
        ("full", Rendition(), "full"),
        ("half@CAM2", Rendition("half", "CAM2"), "half@CAM2"),
        ("full-log", Rendition("full-log"), "full-log"),
        ("quarter-log@CAM2", Rendition("quarter-log", "CAM2"), "quarter-log@CAM2"),
        ("quarter@a@b c", Rendition("quarter", "a@b c"), "quarter@a@b c"),
        ("precise:0,0,3,2", Rendition("precise", "", Region(0, 0, 3, 2)), "precise"),
        ("precise:7,8,9,9999@ü", Rendition("precise", "ü", Region(7, 8, 9, 9999)), "precise@ü"),
    ],
)
def test_a_rendition_and_its_text_are_equivalent(
    text: str, rendition: Rendition, channel: str
) -> None:
    assert Rendition.parse(text) == rendition
    assert str(rendition) == text
    assert rendition.frames_channel == channel


def test_the_image_may_be_named_separately_but_not_twice() -> None:
    assert Rendition.parse("half", "CAM2") == Rendition("half", "CAM2")
    with pytest.raises(BadRendition, match="named twice"):
        Rendition.parse("half@CAM2", "CAM3")
    with pytest.raises(BadRendition, match="invalid image name"):
        Rendition.parse("half", "a\nb")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "huge",
            "Full",
            "full ",
            "@CAM2",
            "full\n",
            "halfway",
            "precise",
            "precise@CAM2",
            "2",
        ),
        *("-log", "log", "full-sqrt", "full-log-log", "precise-log"),
    ],
)
def test_an_invalid_rendition_is_rejected_with_the_valid_ones(text: str) -> None:
    with pytest.raises(BadRendition, match="no such rendition") as refused:
        Rendition.parse(text)

    assert refused.value.allowed == (
        "allowed: full, half, quarter, full-log, half-log, quarter-log "
        "or precise:<left>,<top>,<right>,<bottom>"
    )


@pytest.mark.parametrize(
    "region",
    [
        "",
        "0,0,1",
        "0,0,1,1,1",
        "0,0,0,1",
        "0,1,1,1",
        "-1,0,1,1",
        "0,0,1.5,1",
        "00,0,1,1",
        "0,0,1,10000",
        "0, 0,1,1",
        "٣,0,9,1",
        "9" * 5000 + ",0,1,1",
    ],
)
def test_an_invalid_region_is_rejected_with_its_bounds(region: str) -> None:
    with pytest.raises(BadRendition, match="invalid region") as refused:
        Rendition.parse(f"precise:{region}")

    assert "integers from 0 to 9999" in refused.value.allowed


@pytest.mark.parametrize("name", ["", "a\nb", "\x7f", "\ud800", "x" * 257, "ü" * 129])
def test_an_invalid_image_name_is_rejected(name: str) -> None:
    with pytest.raises(BadRendition, match="invalid image name") as refused:
        Rendition.parse(f"half@{name}")

    assert "256 bytes" in refused.value.allowed
