"""An open video: reads its packets and decodes its images.

FFmpeg may open only what the operator named. Each kind of address has its own protocols, and
containers that refer to other files (HLS, DASH, concat, SDP, …) are excluded.
"""

import os
import ssl
import stat
import time
from collections.abc import Iterator
from typing import Any, NamedTuple, cast

import av
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from ingest.sources.video.decoded_image import Converter, DecodedImage
from ingest.sources.video.errors import VideoUnavailable, explain, ffmpeg_message
from shared import video_url
from shared.compression import BadData

OPEN_TIMEOUT_S = 5.0
"""for each of the two steps of opening; half as long for UDP, which only listens"""
DEFAULT_PERIOD_S, MAX_PERIOD_S = 0.04, 10.0
"""how long an image is shown if the video states no rate, and at most"""
MAX_PIXELS = 64 * 1024 * 1024
MIN_WAIT_S = 0.005
"""a read that takes longer had to wait for its packet"""

CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,h264,hevc,flv,asf,ogg,mjpeg,"
    "gif,ivf,mxf,nut,yuv4mpegpipe,wav,mp3,aac,flac"
)
"""of files; those without images are allowed so that the error can say so"""
_FAST_START = {"probesize": "500000", "analyzeduration": "500000", "fpsprobesize": "0"}
"""Limits the analysis of a live stream. Not ``nobuffer``: it discards the analysed packets,
with the key frame that all images until the next key frame depend on."""
_KINDS: dict[str, tuple[str | None, dict[str, str]]] = {
    "rtsp": (
        "rtsp",
        {
            **_FAST_START,
            "protocol_whitelist": "rtsp,tcp",
            "rtsp_transport": "tcp",
            "allowed_media_types": "video",
        },
    ),
    "udp": ("mpegts", {**_FAST_START, "protocol_whitelist": "udp", "overrun_nonfatal": "1"}),
    "file": (None, {"protocol_whitelist": "file", "format_whitelist": CONTAINERS}),
    "v4l2": ("v4l2", {"protocol_whitelist": "file"}),
}


class Packet(NamedTuple):
    """One read; ``t_received`` is never later than the real time of arrival."""

    packet: Any
    n_bytes: int
    is_key: bool
    t_s: float | None
    """the time of its image in the video"""
    t_received: float


class VideoCapture:
    """An open video, which must be closed; used by one thread."""

    def __init__(self, address: str, ca: str = "", read_s: float = OPEN_TIMEOUT_S) -> None:
        """Open the video; raises VideoUnavailable. ``read_s``: time-out of a read if it is live."""
        self._address = address
        self._shown = video_url.without_login(address)
        self._kind = video_url.kind(address)
        self.is_live = self._kind != "file"
        """whether images arrive at their own pace; a file is paced by us"""
        self._read_s = read_s
        self.started_at = time.monotonic()
        self._converter = Converter()
        open_s = OPEN_TIMEOUT_S / 2 if self._kind == "udp" else OPEN_TIMEOUT_S
        url, form, options = _open_arguments(address, self._shown, ca, read_s)
        try:
            self._container = av.open(
                url,
                format=form,
                options=options,
                metadata_errors="replace",
                timeout=(open_s, read_s),
            )
        except (av.FFmpegError, ValueError) as error:
            timed_out = time.monotonic() - self.started_at >= open_s
            raise self._explain(error, timed_out=timed_out) from None
        try:
            self._stream = self._find_video()
        except VideoUnavailable:
            self.close()
            raise
        self.opened_at = time.monotonic()

    def _find_video(self) -> VideoStream:
        """Return the stream to show; raises VideoUnavailable."""
        streams = self._container.streams
        if not streams.video:
            types = ", ".join(sorted({stream.type for stream in streams})) or "nothing"
            raise VideoUnavailable(
                "mismatch", f"{self._shown} contains no video. It contains: {types}."
            )
        stream = streams.video[0]
        codec = cast(VideoCodecContext | None, stream.codec_context)
        if codec is None:
            raise VideoUnavailable("mismatch", f"The video in {self._shown} has an unknown codec.")
        self._check_size(codec.width, codec.height)
        codec.options = {"max_pixels": str(MAX_PIXELS)}
        # Not FRAME: each image would be late by as many images as there are threads.
        codec.thread_type = "SLICE"
        codec.copy_opaque = True
        self.codec = codec.name
        rate = stream.average_rate or stream.guessed_rate
        self.rate_hz = float(rate) if rate else None
        self.period_s = min(1 / self.rate_hz, MAX_PERIOD_S) if self.rate_hz else DEFAULT_PERIOD_S
        return stream

    def packets(self) -> Iterator[Packet]:
        """Yield all packets until the end; the last one has no bytes, and flushes the decoder.

        Raises VideoUnavailable, and BadData where the rest of a file is unreadable.
        """
        is_fresh, packets = False, self._container.demux(self._stream)
        while True:
            read_at = time.monotonic()
            try:
                packet = next(packets, None)
            except (av.FFmpegError, ValueError) as error:
                if not self.is_live:
                    raise BadData(f"the rest is unreadable ({ffmpeg_message(error)})") from None
                timed_out = time.monotonic() - read_at >= self._read_s
                raise self._explain(error, is_open=True, timed_out=timed_out) from None
            now = time.monotonic()
            if packet is None:
                return
            # A packet that was already there may have arrived at any time since opening started.
            has_waited = now - read_at > MIN_WAIT_S
            is_fresh = is_fresh or has_waited or now - self.opened_at > OPEN_TIMEOUT_S
            t_received = now if is_fresh else self.started_at
            packet.opaque = (t_received,)
            stamp = packet.dts if packet.pts is None else packet.pts
            t_s = (
                float(stamp * packet.time_base) if stamp is not None and packet.time_base else None
            )
            yield Packet(packet, packet.size, packet.is_keyframe, t_s, t_received)

    def decode(self, packet: Packet) -> list[tuple[DecodedImage, float]]:
        """Return the images that a packet completes, and when each was received.

        Raises VideoUnavailable when an image is too large, BadData when one is damaged.
        """
        try:
            frames = packet.packet.decode()
        except av.error.DecoderNotFoundError as error:
            raise self._explain(error, is_open=True) from None
        except (av.FFmpegError, ValueError) as error:
            raise BadData(f"an image cannot be decoded ({ffmpeg_message(error)})") from None
        for frame in frames:
            self._check_size(frame.width, frame.height)
        whole = [frame for frame in frames if not frame.is_corrupt]
        if len(whole) < len(frames):
            raise BadData("an image is damaged")
        return [
            (DecodedImage(frame, self._converter), (frame.opaque or (packet.t_received,))[0])
            for frame in whole
        ]

    def close(self) -> None:
        """Close the video."""
        self._container.close()

    def _check_size(self, width: int, height: int) -> None:
        if width * height > MAX_PIXELS:
            text = f"The images of {self._shown} have {width} × {height} pixels"
            raise VideoUnavailable("mismatch", f"{text}; allowed are {MAX_PIXELS} in all.")

    def _explain(
        self, error: Exception, is_open: bool = False, timed_out: bool = False
    ) -> VideoUnavailable:
        has_login = "@" in self._address
        return explain(error, self._kind, self._shown, has_login, is_open, timed_out)


def _open_arguments(
    address: str, shown: str, ca: str, read_s: float
) -> tuple[str, str | None, dict[str, str]]:
    """Return the URL, format and options for FFmpeg; raises VideoUnavailable."""
    kind = video_url.kind(address)
    form, options = _KINDS[kind]
    # More than we show, so that the error can state the size.
    options = {**options, "max_pixels": str(4 * MAX_PIXELS)}
    if kind == "rtsp":
        # For steps without another time-out, such as closing; longer than the other one.
        options["timeout"] = str(round((read_s + 1) * 1e6))
    if kind == "udp":
        # Otherwise any machine could send to the port, whatever the address is.
        options["localaddr"] = address.removeprefix("udp://").rpartition(":")[0].strip("[]")
    if address.startswith("rtsps:"):
        options["protocol_whitelist"] = "rtsp,tls,tcp"
        options["tls_verify"] = "1"
        options["ca_file"] = ca or ssl.get_default_verify_paths().cafile or ""
    if kind == "file":
        _check_file(address.removeprefix("file:"), shown)
    url = address.removeprefix("v4l2:") if kind == "v4l2" else address
    return url, form, options


def _check_file(path: str, shown: str) -> None:
    """Raise VideoUnavailable unless it is a regular file; opening a pipe would block forever."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return  # FFmpeg reports why
    if stat.S_ISDIR(mode):
        raise VideoUnavailable("mismatch", f"{shown} is a folder; give the name of a video file.")
    if not stat.S_ISREG(mode):
        raise VideoUnavailable(
            "mismatch", f"{shown} is not a regular file; give the name of a video file."
        )
