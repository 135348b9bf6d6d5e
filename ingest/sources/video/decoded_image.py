"""Decoded images, which are converted to pixels only when they are read: an image that a newer one
replaces is never converted."""

import threading

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, VideoReformatter

from ingest.sources.video.errors import ffmpeg_message
from shared.compression import BadData

MIN_HD_ROWS = 720
"""with this many rows or more, a video without a colour matrix means BT.709, as in players"""
UNSPECIFIED = 2
"""of the colour matrices of ISO/IEC 23091-2"""


class Converter:
    """Converts decoded frames to pixels; keeps FFmpeg's scaler from image to image."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reformatter = VideoReformatter()

    def pixels(self, frame: VideoFrame, name: str) -> memoryview:
        """Return the bytes of the image, row by row, in the named format; raises BadData."""
        is_hd = frame.colorspace == UNSPECIFIED and frame.height >= MIN_HD_ROWS
        matrix = Colorspace.ITU709 if is_hd else None
        try:
            with self._lock:
                converted = self._reformatter.reformat(
                    frame, format=name, src_colorspace=matrix, threads=1
                )
        except (av.FFmpegError, ValueError) as error:
            raise BadData(
                f"{frame.format.name} cannot be converted ({ffmpeg_message(error)})"
            ) from None
        plane = converted.planes[0]
        row_bytes = converted.width * (3 if name == "rgb24" else 1)
        if plane.line_size == row_bytes:
            return memoryview(plane)[: row_bytes * converted.height]
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        return memoryview(rows[: converted.height, :row_bytes].tobytes())


class DecodedImage:
    """A decoded image as a part of a pulse; reading ``buffer`` converts it."""

    def __init__(self, frame: VideoFrame, converter: Converter) -> None:
        self._frame = frame
        self._converter = converter
        pixel_format = frame.format
        self.is_grey = len(pixel_format.components) == 1 and not pixel_format.has_palette
        self.width, self.height = frame.width, frame.height
        self.t_s = None if frame.time is None else float(frame.time)

    def __len__(self) -> int:
        return self.width * self.height * (1 if self.is_grey else 3)

    @property
    def buffer(self) -> memoryview:
        """The pixels row by row, RGB or one byte of grey each; raises BadData."""
        return self._converter.pixels(self._frame, "gray" if self.is_grey else "rgb24")
