"""One open video: its packets as they come, and the pictures in them.

FFmpeg may open what the operator named and nothing else: each kind of address has its protocols,
and its containers without those that name other files (HLS, DASH, concat, SDP, …).
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

from ingest.sources.video.decoded import Converter, DecodedImage
from ingest.sources.video.errors import VideoUnavailable, explain, ffmpeg_message
from shared import video_url
from shared.compression import BadData

OPEN_S = 5.0
"""how long each of the two steps of opening may take; of what only listens half as long"""
PERIOD_S, SLOWEST_S = 0.04, 10.0
"""how long a picture stands where the video tells no rate, and at most"""
MAX_PIXELS = 64 * 1024 * 1024
WAITED_S = 0.005
"""a read that takes so long had to wait for its packet"""

CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,h264,hevc,flv,asf,ogg,mjpeg,"
    "gif,ivf,mxf,nut,yuv4mpegpipe,wav,mp3,aac,flac"
)
"""of files; those without pictures are there to be named"""
_EARLY = {"probesize": "500000", "analyzeduration": "500000", "fpsprobesize": "0"}
"""A live stream is looked into no longer than needed. Not ``nobuffer``: it throws away what was
looked at, and with it the picture that all until the next key picture build upon."""
_KINDS: dict[str, tuple[str | None, dict[str, str]]] = {
    "rtsp": (
        "rtsp",
        {
            **_EARLY,
            "protocol_whitelist": "rtsp,tcp",
            "rtsp_transport": "tcp",
            "allowed_media_types": "video",
        },
    ),
    "udp": ("mpegts", {**_EARLY, "protocol_whitelist": "udp", "overrun_nonfatal": "1"}),
    "file": (None, {"protocol_whitelist": "file", "format_whitelist": CONTAINERS}),
    "v4l2": ("v4l2", {"protocol_whitelist": "file"}),
}


class Packet(NamedTuple):
    """What was read in one go. ``t_received`` is never later than the truth."""

    packet: Any
    n_bytes: int
    is_key: bool
    t_s: float | None
    """the time of its picture, as the video counts"""
    t_received: float


class VideoCapture:
    """Open from the beginning; used by one thread, and to be closed."""

    def __init__(self, address: str, ca: str = "", read_s: float = OPEN_S) -> None:
        """Raises NoVideo. ``read_s``: how long the next packet of a live stream is waited for."""
        self._address = address
        self._shown = video_url.without_login(address)
        self._kind = video_url.kind(address)
        self.is_live = self._kind != "file"
        """Whether it comes when it comes; a file has a pace of its own."""
        self._read_s = read_s
        self.began = time.monotonic()
        self._converter = Converter()
        open_s = OPEN_S / 2 if self._kind == "udp" else OPEN_S
        url, form, options = _asked(address, self._shown, ca, read_s)
        try:
            self._container = av.open(
                url,
                format=form,
                options=options,
                metadata_errors="replace",
                timeout=(open_s, read_s),
            )
        except (av.FFmpegError, ValueError) as problem:
            hung = time.monotonic() - self.began >= open_s
            raise self._words(problem, hung=hung) from None
        try:
            self._stream = self._video()
        except VideoUnavailable:
            self.close()
            raise
        self.opened = time.monotonic()

    def _video(self) -> VideoStream:
        """The one to show; raises NoVideo."""
        streams = self._container.streams
        if not streams.video:
            there = ", ".join(sorted({stream.type for stream in streams})) or "nothing that plays"
            raise VideoUnavailable("mismatch", f"There is no video in {self._shown}, but {there}.")
        stream = streams.video[0]
        codec = cast(VideoCodecContext | None, stream.codec_context)
        if codec is None:
            raise VideoUnavailable(
                "mismatch", f"The video in {self._shown} has a codec that is not known."
            )
        self._check_size(codec.width, codec.height)
        codec.options = {"max_pixels": str(MAX_PIXELS)}
        # Not by whole pictures side by side, of which each would come that many pictures late.
        codec.thread_type = "SLICE"
        codec.copy_opaque = True
        self.codec = codec.name
        rate = stream.average_rate or stream.guessed_rate
        self.rate_hz = float(rate) if rate else None
        self.period_s = min(1 / self.rate_hz, SLOWEST_S) if self.rate_hz else PERIOD_S
        return stream

    def packets(self) -> Iterator[Packet]:
        """All until the end, waited for; the last has no bytes, and gives up what the decoder
        held. Raises NoVideo, and BadData where a file cannot be read on."""
        is_fresh, packets = False, self._container.demux(self._stream)
        while True:
            asked = time.monotonic()
            try:
                packet = next(packets, None)
            except (av.FFmpegError, ValueError) as problem:
                if not self.is_live:
                    raise BadData(f"it cannot be read on ({ffmpeg_message(problem)})") from None
                hung = time.monotonic() - asked >= self._read_s
                raise self._words(problem, is_open=True, hung=hung) from None
            now = time.monotonic()
            if packet is None:
                return
            # What was there before we asked may have come at any time since the opening began.
            is_fresh = is_fresh or now - asked > WAITED_S or now - self.opened > OPEN_S
            t_received = now if is_fresh else self.began
            packet.opaque = (t_received,)
            stamp = packet.dts if packet.pts is None else packet.pts
            t_s = (
                float(stamp * packet.time_base) if stamp is not None and packet.time_base else None
            )
            yield Packet(packet, packet.size, packet.is_keyframe, t_s, t_received)

    def pictures(self, packet: Packet) -> list[tuple[DecodedImage, float]]:
        """What the decoder gives for it, and when that was received. Raises NoVideo where it is too
        large, BadData where it is damaged."""
        try:
            frames = packet.packet.decode()
        except av.error.DecoderNotFoundError as problem:
            raise self._words(problem, is_open=True) from None
        except (av.FFmpegError, ValueError) as problem:
            raise BadData(f"a picture cannot be decoded ({ffmpeg_message(problem)})") from None
        for frame in frames:
            self._check_size(frame.width, frame.height)
        whole = [frame for frame in frames if not frame.is_corrupt]
        if len(whole) < len(frames):
            raise BadData("a picture came damaged")
        return [
            (DecodedImage(frame, self._converter), (frame.opaque or (packet.t_received,))[0])
            for frame in whole
        ]

    def close(self) -> None:
        """Ends the connection."""
        self._container.close()

    def _check_size(self, width: int, height: int) -> None:
        if width * height > MAX_PIXELS:
            what = f"The pictures of {self._shown} have {width} × {height} pixels"
            raise VideoUnavailable("mismatch", f"{what}; allowed are {MAX_PIXELS} in all.")

    def _words(
        self, problem: Exception, is_open: bool = False, hung: bool = False
    ) -> VideoUnavailable:
        has_login = "@" in self._address
        return explain(problem, self._kind, self._shown, has_login, is_open, hung)


def _asked(
    address: str, shown: str, ca: str, read_s: float
) -> tuple[str, str | None, dict[str, str]]:
    """What FFmpeg is to open, of which format, with which options; raises NoVideo."""
    kind = video_url.kind(address)
    form, options = _KINDS[kind]
    # More than is shown, so that what is refused can be said with its size.
    options = {**options, "max_pixels": str(4 * MAX_PIXELS)}
    if kind == "rtsp":
        # For what has no other limit, as to say good-bye; where both hold the other is to end it.
        options["timeout"] = str(round((read_s + 1) * 1e6))
    if kind == "udp":
        # Without it any machine could send to the port, whatever address is named.
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
    """A pipe would be waited for without an end."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return  # FFmpeg says why
    if stat.S_ISDIR(mode):
        raise VideoUnavailable(
            "mismatch", f"{shown} is a folder; the name of a video file is needed."
        )
    if not stat.S_ISREG(mode):
        raise VideoUnavailable(
            "mismatch", f"{shown} is no file; the name of a video file is needed."
        )
