"""A decoded picture, whose bytes are made when somebody reads them: not for one that a newer one
replaces."""

import threading

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, VideoReformatter

from ingest.sources.video.errors import ffmpeg_message
from shared.compression import BadData

HD_ROWS = 720
"""from so many rows on a video that names no colour matrix means BT.709, as players have it"""
UNSPECIFIED = 2
"""the colour matrix of ISO/IEC 23091-2 that is none"""


class Converter:
    """Makes pixels of what decoders give; keeps what it needs for that from picture to picture."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reformatter = VideoReformatter()

    def pixels(self, frame: VideoFrame, name: str) -> memoryview:
        """The picture's bytes, row by row, in the format of this name; raises BadData."""
        hd = frame.colorspace == UNSPECIFIED and frame.height >= HD_ROWS
        matrix = Colorspace.ITU709 if hd else None
        try:
            with self._lock:
                made = self._reformatter.reformat(
                    frame, format=name, src_colorspace=matrix, threads=1
                )
        except (av.FFmpegError, ValueError) as problem:
            raise BadData(
                f"{frame.format.name} cannot be converted ({ffmpeg_message(problem)})"
            ) from None
        plane = made.planes[0]
        row_bytes = made.width * (3 if name == "rgb24" else 1)
        if plane.line_size == row_bytes:
            return memoryview(plane)[: row_bytes * made.height]
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        return memoryview(rows[: made.height, :row_bytes].tobytes())


class DecodedImage:
    """A decoded picture as a part of a pulse: its bytes are made when somebody reads them."""

    def __init__(self, frame: VideoFrame, converter: Converter) -> None:
        self._frame = frame
        self._converter = converter
        layout = frame.format
        self.is_grey = len(layout.components) == 1 and not layout.has_palette
        self.width, self.height = frame.width, frame.height
        self.t_s = None if frame.time is None else float(frame.time)

    def __len__(self) -> int:
        return self.width * self.height * (1 if self.is_grey else 3)

    @property
    def buffer(self) -> memoryview:
        """RGB, or a byte of grey, row by row; raises BadData."""
        return self._converter.pixels(self._frame, "gray" if self.is_grey else "rgb24")
