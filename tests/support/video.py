"""Videos for tests: files, and a sender of MPEG-TS over UDP."""

import threading
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from tests.support.processes import free_port

COLOURS = [(200, 30, 30), (30, 200, 30), (30, 30, 200), (180, 180, 40)]
"""The colours (red, green, blue) of the four columns."""
MAX_DIFFERENCE = 14
"""The most by which a codec and a JPEG may change a colour."""


def pattern(size: tuple[int, int] = (320, 240)) -> np.ndarray:
    """Return an image of four plain columns; shape: rows, columns, RGB."""
    width, height = size
    picture = np.empty((height, width, 3), np.uint8)
    for column, colour in enumerate(COLOURS):
        picture[:, column * width // 4 : (column + 1) * width // 4] = colour
    return picture


def colours(picture: np.ndarray) -> list[tuple[int, ...]]:
    """Return the colour in the middle of each column of the pattern."""
    height, width = picture.shape[:2]
    return [tuple(picture[height // 2, (2 * i + 1) * width // 8].tolist()) for i in range(4)]


def is_pattern(picture: np.ndarray) -> bool:
    """Return whether an image shows the pattern, within ``MAX_DIFFERENCE``."""
    return bool(np.abs(np.subtract(colours(picture), COLOURS)).max() <= MAX_DIFFERENCE)


def write(
    path: Path | str,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    size: tuple[int, int] = (320, 240),
    frames: int = 25,
    rate: int = 25,
    colorspace: int | None = None,
    **options: str,
) -> str:
    """Write a video file of the pattern; return its address as a source."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=rate, options=options)
        stream.width, stream.height, stream.pix_fmt = *size, pixels
        if colorspace is not None:
            stream.codec_context.colorspace = colorspace
        picture = av.VideoFrame.from_ndarray(pattern(size), format="rgb24")
        picture = picture.reformat(format=pixels, dst_colorspace=colorspace)
        for number in range(frames):
            picture.pts, picture.time_base = number, Fraction(1, rate)
            picture.pict_type = 0
            file.mux(stream.encode(picture))
        file.mux(stream.encode(None))
    return f"file:{path}"


def write_sound(path: Path) -> str:
    """Write a file with sound only; return its address as a source."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream("pcm_s16le", rate=8000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), "s16", "mono")
        sound.sample_rate = 8000
        file.mux(stream.encode(sound))
        file.mux(stream.encode(None))
    return f"file:{path}"


def access_units(frames: int = 10, size: tuple[int, int] = (320, 240)) -> list[bytes]:
    """Return a group of H.264 pictures of the pattern with start codes. The first one is a key
    frame and includes the parameter sets."""
    codec = av.CodecContext.create("libx264", "w")
    codec.width, codec.height, codec.pix_fmt = *size, "yuv420p"
    codec.time_base = Fraction(1, 25)
    codec.options = {"preset": "ultrafast", "tune": "zerolatency", "g": "250"}
    picture = av.VideoFrame.from_ndarray(pattern(size), format="rgb24").reformat(format="yuv420p")
    made: list[Any] = []
    for number in range(frames):
        picture.pts = number
        made += codec.encode(picture)
    return [bytes(packet) for packet in made + codec.encode(None)]


class UdpSender:
    """A thread that sends the pattern as MPEG-TS to a port of this machine until closed."""

    def __init__(self, port: int | None = None, rate: int = 25) -> None:
        self.port = port or free_port()
        self.address = f"udp://127.0.0.1:{self.port}"
        self._rate = rate
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        with av.open(f"{self.address}?pkt_size=1316", "w", format="mpegts") as out:
            options = {"preset": "ultrafast", "tune": "zerolatency", "g": "10"}
            stream = out.add_stream("libx264", rate=self._rate, options=options)
            stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
            picture = av.VideoFrame.from_ndarray(pattern(), format="rgb24")
            picture = picture.reformat(format="yuv420p")
            number, due = 0, time.monotonic()
            while not self._stop.wait(max(0.0, due - time.monotonic())):
                picture.pts, picture.time_base = number, Fraction(1, self._rate)
                out.mux(stream.encode(picture))
                number, due = number + 1, due + 1 / self._rate

    def close(self) -> None:
        """Stop sending."""
        self._stop.set()
        self._thread.join()

    def __enter__(self) -> "UdpSender":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
