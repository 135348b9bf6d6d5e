"""A video as a source, without the rest of ingest: the pulses in the mailbox, and the messages for
files that cannot be shown."""

import os
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from ingest.bsread.message import Pulse
from ingest.demand import Gate
from ingest.mailbox import Mailbox
from ingest.sources.video.source import VideoSource
from shared.renditions import Rendition
from tests.support import video
from tests.support.rtsp import RtspServer
from tests.support.video import access_units
from tests.support.waiting import until


class Scene:
    """A video source with or without viewers."""

    def __init__(self) -> None:
        self.gate = Gate()
        self.mailbox = Mailbox()
        self.faults: list[str] = []
        self._stop = threading.Event()

    def start(self, address: str, watched: bool = True) -> VideoSource:
        """Run the source."""
        self.video = VideoSource(address, "", self.gate, self.mailbox)
        if watched:
            self.watch()
        self._thread = threading.Thread(target=self.video.run, args=(self._stop,))
        self._thread.start()
        return self.video

    def watch(self) -> None:
        """Open the gate."""
        self.gate.set([Rendition()], 1)

    def pulse(self) -> Pulse:
        """Return the next pulse."""
        newest, _ = until(lambda: self.mailbox.take(0), "an image")
        return newest

    def pixels(self) -> np.ndarray:
        """Return the pixels of the next pulse."""
        return self.pulse().image(lambda kind, text: self.faults.append(f"{kind}: {text}"))

    def wait_for(self, state: str) -> str:
        """Wait for this state; return its message."""
        until(lambda: self.video.state == state, f"it is {state}")
        return self.video.message

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()


@pytest.fixture
def scene() -> Iterator[Scene]:
    scene = Scene()
    yield scene
    scene.stop()
    assert not scene.faults


HD = (1280, 720)
BT709, BT601 = 1, 5
Write = Callable[[Path], str]


@pytest.mark.parametrize(
    ("codec", "pixels", "name", "size", "colorspace"),
    [
        ("libx264", "yuv420p", "a.mp4", (320, 240), None),
        ("libx264", "yuv420p", "a.mp4", (320, 240), BT709),
        ("libx264", "yuv420p", "a.mp4", HD, BT709),
        ("libx264", "yuv420p", "a.mp4", HD, BT601),
        ("libx265", "yuv420p", "a.mkv", (320, 240), None),
        ("mjpeg", "yuvj420p", "a.avi", (322, 241), None),
        ("mpeg4", "yuv420p", "a.avi", (320, 240), None),
        ("mpeg2video", "yuv420p", "a.ts", (320, 240), None),
        ("ffv1", "yuv444p", "a.mkv", (321, 243), None),
        ("ffv1", "bgr0", "a.mkv", (321, 243), None),
        ("libx264", "yuv422p10le", "a.mp4", (320, 240), None),
    ],
)
def test_an_image_has_the_colours_that_were_recorded(
    scene: Scene,
    tmp_path: Path,
    codec: str,
    pixels: str,
    name: str,
    size: tuple[int, int],
    colorspace: int | None,
) -> None:
    address = video.write(tmp_path / name, codec, pixels, size, 5, colorspace=colorspace)
    scene.start(address)

    shown = scene.pixels()

    assert shown.shape == (size[1], size[0], 3)
    assert shown.dtype == np.uint8
    assert video.is_pattern(shown), video.colours(shown)


def test_hd_without_a_colour_matrix_has_that_of_hd(scene: Scene, tmp_path: Path) -> None:
    scene.start(video.write(tmp_path / "a.avi", "mpeg4", size=HD, frames=5, colorspace=BT709))

    assert video.is_pattern(scene.pixels())


def test_grey_is_one_byte_a_pixel(scene: Scene, tmp_path: Path) -> None:
    scene.start(video.write(tmp_path / "grey.mkv", "ffv1", "gray", (131, 77), 5))

    assert scene.pixels().shape == (77, 131)


def test_an_image_that_is_replaced_is_never_converted(scene: Scene, tmp_path: Path) -> None:
    """An image that is not taken only costs its decoding."""
    scene.start(video.write(tmp_path / "a.mp4", rate=100))
    until(lambda: scene.mailbox.skipped > 3, "some are replaced")

    newest, pulses = scene.mailbox.take(1)

    assert len(newest.parts[0]) == 320 * 240 * 3
    assert [len(pulse.parts[0]) for pulse in pulses] == [0] * len(pulses)


def test_the_metadata_of_an_image_are_its_values(scene: Scene, tmp_path: Path) -> None:
    scene.start(video.write(tmp_path / "a.mp4", rate=20))

    values = scene.pulse().scalars(lambda kind, text: scene.faults.append(text))

    assert values["codec"] == "h264"
    assert values["nominal_rate"] == 20
    assert values["presentation_time"] * 20 == pytest.approx(
        round(values["presentation_time"] * 20)
    )


def test_nothing_is_open_without_viewers(scene: Scene, tmp_path: Path) -> None:
    address = video.write(tmp_path / "a.mp4")
    scene.start(address, watched=False)
    assert scene.wait_for("closed") == (
        f"{address} is closed while there are no viewers; it opens with the next viewer."
    )

    scene.watch()
    scene.wait_for("live")
    scene.gate.set([])

    scene.wait_for("closed")
    opened = [os.path.realpath(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd")]
    assert str(tmp_path / "a.mp4") not in opened
    received = scene.video.counters.counts["received"]
    assert received > 0


def text_file(path: Path) -> str:
    (path / "a.txt").write_text("no video\n" * 1000)
    return f"file:{path}/a.txt"


def empty_file(path: Path) -> str:
    (path / "a.mp4").touch()
    return f"file:{path}/a.mp4"


def cut_file(path: Path) -> str:
    address = video.write(path / "a.mp4")
    os.truncate(path / "a.mp4", 2000)
    return address


def unknown_codec(path: Path) -> str:
    address = video.write(path / "a.mp4")
    (path / "a.mp4").write_bytes((path / "a.mp4").read_bytes().replace(b"avc1", b"zzzz"))
    return address


def sound(path: Path) -> str:
    return video.write_sound(path / "a.wav")


def folder(path: Path) -> str:
    return f"file:{path}"


def pipe(path: Path) -> str:
    os.mkfifo(path / "pipe")
    return f"file:{path}/pipe"


def missing(path: Path) -> str:
    return f"file:{path}/missing.mp4"


def webcam(_: Path) -> str:
    return "v4l2:/dev/video99"


def playlist(path: Path) -> str:
    """HLS, of a video that could be shown."""
    video.write(path / "other.ts", "mpeg2video")
    (path / "a.m3u8").write_text(
        f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:1,\n{path}/other.ts\n#EXT-X-ENDLIST\n"
    )
    return f"file:{path}/a.m3u8"


def list_of_files(path: Path) -> str:
    video.write(path / "other.mp4")
    (path / "a.ffconcat").write_text("ffconcat version 1.0\nfile other.mp4\n")
    return f"file:{path}/a.ffconcat"


def session(path: Path) -> str:
    """SDP that sends to another machine."""
    (path / "a.sdp").write_text("v=0\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n")
    return f"file:{path}/a.sdp"


def huge(path: Path) -> str:
    return video.write(path / "a.mkv", "ffv1", "gray", (9000, 8000), 1)


@pytest.mark.parametrize(
    ("make", "state", "words"),
    [
        (text_file, "mismatch", "is not a supported video, or it is damaged"),
        (empty_file, "mismatch", "is not a supported video, or it is damaged"),
        (cut_file, "mismatch", "contains no video"),
        (unknown_codec, "mismatch", "has an unknown codec"),
        (sound, "mismatch", "{address} contains no video. It contains: audio."),
        (folder, "mismatch", "{address} is a folder"),
        (pipe, "mismatch", "{address} is not a regular file"),
        (missing, "connecting", "{address} does not exist. Is the name right?"),
        (webcam, "connecting", "{address} does not exist. Is the name right?"),
        (playlist, "mismatch", "is not a supported video, or it is damaged"),
        (list_of_files, "mismatch", "is not a supported video, or it is damaged"),
        (session, "mismatch", "is not a supported video, or it is damaged"),
        (huge, "mismatch", "have 9000 × 8000 pixels; allowed are 67108864 in all."),
    ],
)
def test_a_file_that_cannot_be_shown_is_reported(
    scene: Scene, tmp_path: Path, make: Write, state: str, words: str
) -> None:
    address = make(tmp_path)
    scene.start(address)

    until(
        lambda: words.format(address=address) in scene.video.message,
        f"message {words!r}",
    )

    assert scene.video.state == state
    assert address in scene.video.message
    assert scene.mailbox.take(0) is None


def test_a_file_that_ends_in_the_middle_is_shown_up_to_there(scene: Scene, tmp_path: Path) -> None:
    address = video.write(tmp_path / "a.ts", "mpeg2video")
    os.truncate(tmp_path / "a.ts", os.path.getsize(tmp_path / "a.ts") // 2)
    scene.start(address)

    until(lambda: scene.video.pulse_ids.last and scene.video.pulse_ids.last > 30, "it goes round")

    assert scene.video.state == "live"


def test_a_file_without_times_is_played_at_its_rate(scene: Scene, tmp_path: Path) -> None:
    (tmp_path / "a.h264").write_bytes(b"".join(access_units()))
    scene.start(f"file:{tmp_path}/a.h264")

    pulses = [scene.pulse() for _ in range(10)]

    took_s = pulses[-1].t_received - pulses[0].t_received
    assert took_s > 0.5 * (pulses[-1].pulse_id - pulses[0].pulse_id) / 25


def test_damaged_images_are_counted_and_the_others_shown(
    scene: Scene, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    address = video.write(tmp_path / "a.mov", "png", "rgb24", frames=20)
    film = bytearray((tmp_path / "a.mov").read_bytes())
    third = list(re.finditer(b"\x89PNG", film))[2].start()
    film[third : third + 400] = bytes(400)
    (tmp_path / "a.mov").write_bytes(film)
    scene.start(address)

    until(lambda: scene.video.counters.errors.get("bad_picture"), "it is counted")
    until(lambda: scene.video.pulse_ids.last and scene.video.pulse_ids.last > 30, "it continues")

    assert scene.video.state == "live"
    assert str(tmp_path) in scene.video.counters.last_error
    assert capfd.readouterr() == ("", "")  # FFmpeg prints nothing past the log


def test_the_first_images_of_a_camera_are_no_later_than_it_was_opened(scene: Scene) -> None:
    """They arrived during FFmpeg's analysis; an earlier viewer must get them, and no later one."""
    with RtspServer() as camera:
        scene.start(camera.address)
        _, (first, *_) = until(lambda: scene.mailbox.take(0), "images")
        until(lambda: scene.pulse().t_received > first.t_received, "later ones arrived later")

        assert scene.video._progress.opened_at is not None
        assert first.t_received < scene.video._progress.opened_at
