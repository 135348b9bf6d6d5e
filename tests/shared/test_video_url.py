"""Which addresses of videos are valid, and what of them is displayed."""

import pytest

from shared import video_url

GOOD = {
    "rtsp": [
        "rtsp://camera.example/1",
        "rtsp://camera.example:8554/a/b?channel=1&subtype=0",
        "rtsp://operator:s3cr%40t@10.1.2.3/1",
        "rtsp://[fe80::1]:554/x",
        "rtsps://camera.example/1",
    ],
    "udp": ["udp://0.0.0.0:5000", "udp://239.1.2.3:1234", "udp://[::]:5000"],
    "file": ["file:/films/a b.mp4", "file:film.mkv", "file:///films/ü.mp4"],
    "v4l2": ["v4l2:/dev/video0", "v4l2:/dev/v4l/by-id/usb-Camera_1-video-index0"],
}


@pytest.mark.parametrize(("kind", "address"), [(k, a) for k, many in GOOD.items() for a in many])
def test_a_valid_address_is_returned_unchanged(kind: str, address: str) -> None:
    assert video_url.kind(address) == kind
    assert video_url.parse(address) == address


@pytest.mark.parametrize("address", ["tcp://h:1", "", "films/a.mp4", "http://h/x", "fileX:a"])
def test_other_addresses_are_not_videos(address: str) -> None:
    assert video_url.kind(address) == ""
    with pytest.raises(ValueError, match=r"^$"):
        video_url.parse(address)


@pytest.mark.parametrize(
    ("address", "displayed"),
    [
        ("rtsp://operator:s3cret@h:554/x", "rtsp://h:554/x"),
        ("rtsps://operator@h/x", "rtsps://h/x"),
        ("rtsp://h/x?user=operator&password=s3cret", "rtsp://h/x?…"),
        ("rtsp://a:b@c:s3cret@h/x", "rtsp://h/x"),
        ("rtsp://h/x", "rtsp://h/x"),
        ("file:/films/a@b?.mp4", "file:/films/a@b?.mp4"),
        ("tcp://h:1", "tcp://h:1"),
    ],
)
def test_names_and_passwords_are_not_shown(address: str, displayed: str) -> None:
    assert video_url.without_login(address) == displayed
