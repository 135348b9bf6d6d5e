"""A video as a source: a camera, a sender or a file, which is open while there are viewers.

One thread opens, reads and decodes. It may block in FFmpeg for seconds, or for longer during a name
look-up, so another thread reports the state, and abandons it at the end.
"""

import hashlib
import json
import logging
import math
import struct
import threading
import time
from contextlib import closing
from functools import lru_cache, partial
from typing import Any, NamedTuple

from ingest.bsread.channel import Part, read_channel
from ingest.bsread.message import DataHeader, Pulse
from ingest.counters import Counters
from ingest.demand import Gate
from ingest.mailbox import Mailbox
from ingest.sources.pulse_ids import PulseIdStats
from ingest.sources.silence import SILENT_AFTER_S, SilenceDetector
from ingest.sources.video.capture import OPEN_TIMEOUT_S, Packet, VideoCapture
from ingest.sources.video.decoded_image import DecodedImage
from ingest.sources.video.errors import VideoUnavailable
from ingest.sources.video.lag import MAX_BEHIND_S, VideoLag
from shared import video_url
from shared.compression import BadData

log = logging.getLogger(__name__)

LINGER_S = 3.0
"""how long it stays open without viewers, so that reloading the page does not reopen it"""
POLL_INTERVAL_S = 0.1
RETRY_DELAY_S, MAX_RETRY_DELAY_S = 0.25, 4.0
"""before another try: after the first failure, doubled after each"""
MAX_READ_TIMEOUT_S = 30.0
"""how long to wait for a silent camera before it is reopened; OPEN_TIMEOUT_S at first"""
NO_IMAGE_S, NO_IMAGE_PACKETS = 10.0, 50
"""a video with neither an image in this time nor in this many packets has none"""
JOIN_TIMEOUT_S = 1.0
MAX_DATA_HEADERS = 4

_MESSAGES = {
    "closed": "{address} is closed while there are no viewers; it opens with the next viewer.",
    "opening": "Opening {address}.",
    "waiting": "{address} is open, but no image has arrived. Has the camera been started?",
    "live": "",
    "silent": "{address} is open, but the images stopped. Has the camera been stopped?",
}


class Progress(NamedTuple):
    """The progress of the reading thread; ``opened_at`` on a monotonic clock."""

    is_closed: bool = False
    opened_at: float | None = None
    error: VideoUnavailable | None = None
    has_images: bool = False
    """since it was opened"""


class VideoSource:
    """Receives a video; it is both a ``PulseSource`` and its ``SourceState``."""

    mode = "video"
    fault = ""

    def __init__(
        self, address: str, image: str, gate: Gate, mailbox: Mailbox, ca: str = ""
    ) -> None:
        self.address = video_url.without_login(address)
        self.state, self.message = "closed", self._format_message("closed")
        self.pulse_ids = PulseIdStats()
        self.counters = Counters("received", "received_bytes", "skipped")
        self.data_header: DataHeader | None = None
        self._url = address
        self._ca = ca
        self._gate = gate
        self._mailbox = mailbox
        self._data_header_for = lru_cache(MAX_DATA_HEADERS)(partial(_make_data_header, image))
        self._number = 0
        self._viewers_at = -math.inf
        """when there were viewers last"""
        self._progress, self._silence = Progress(is_closed=True), SilenceDetector()
        self._retry_delay_s, self._read_timeout_s = RETRY_DELAY_S, OPEN_TIMEOUT_S

    @property
    def connection(self) -> "VideoSource":
        return self

    @property
    def last_arrival(self) -> float | None:
        """When the last image arrived; None since it was closed."""
        return self._silence.last

    def run(self, stop: threading.Event) -> None:
        """Receive until ``stop`` is set."""
        reader = threading.Thread(target=self._read, args=(stop,), name="video", daemon=True)
        reader.start()
        while not stop.wait(POLL_INTERVAL_S):
            if not reader.is_alive() and not stop.is_set():
                raise RuntimeError("the thread that reads the video has ended; see the log")
            self._set_state(*self._find_state(time.monotonic()))
        reader.join(JOIN_TIMEOUT_S)

    # ---- the state ----

    def _format_message(self, state: str) -> str:
        return _MESSAGES[state].format(address=self.address)

    def _find_state(self, now: float) -> tuple[str, str]:
        """Return the state and its message."""
        progress, silence = self._progress, self._silence
        last = silence.last
        if progress.is_closed:
            return "closed", self._format_message("closed")
        if progress.error:
            was_there = last is not None and progress.error.state == "connecting"
            return "lost" if was_there else progress.error.state, str(progress.error)
        opened_at = progress.opened_at
        if opened_at is None:  # for the first time, or a file that starts again
            is_first = self.state == "closed"
            return self.state, self._format_message("opening") if is_first else self.message
        if last is not None and last >= opened_at and silence.is_unusual(opened_at, now):
            state = "silent"
        elif progress.has_images:
            state = "live"
        else:
            state = "waiting" if now - opened_at > SILENT_AFTER_S else self.state
        return state, self.message if state == self.state else self._format_message(state)

    def _set_state(self, state: str, message: str) -> None:
        if (state, message) == (self.state, self.message):
            return
        self.state, self.message = state, message
        if state == "live":
            log.info("%s: images are arriving", self.address)
        else:
            is_normal = message in (self._format_message("closed"), self._format_message("opening"))
            log.log(logging.INFO if is_normal else logging.WARNING, "%s", message)

    # ---- the reading thread ----

    def _read(self, stop: threading.Event) -> None:
        while not stop.is_set():
            if not self._has_viewers(time.monotonic()):
                self._reset()
                stop.wait(POLL_INTERVAL_S)
                continue
            try:
                self._play(stop)
            except VideoUnavailable as error:
                self._progress = Progress(error=error)
                stop.wait(self._retry_delay_s)
                self._retry_delay_s = min(2 * self._retry_delay_s, MAX_RETRY_DELAY_S)
                if error.state == "silent":
                    self._read_timeout_s = min(2 * self._read_timeout_s, MAX_READ_TIMEOUT_S)

    def _reset(self) -> None:
        """Forget everything about a video that is closed."""
        self._progress, self._silence = Progress(is_closed=True), SilenceDetector()
        self._retry_delay_s, self._read_timeout_s = RETRY_DELAY_S, OPEN_TIMEOUT_S

    def _has_viewers(self, now: float) -> bool:
        """Return whether there are viewers, or were until a moment ago."""
        if self._gate.is_open:
            self._viewers_at = now
        return now - self._viewers_at < LINGER_S

    def _play(self, stop: threading.Event) -> None:
        """Open the video and show it until the end, or until there are no viewers; raises
        VideoUnavailable."""
        self._progress = Progress(error=self._progress.error)
        with closing(VideoCapture(self._url, self._ca, self._read_timeout_s)) as capture:
            self._progress = Progress(opened_at=capture.opened_at)
            try:
                if not self._show(capture, stop):
                    return
            except BadData as error:  # the rest of the file cannot be read
                self.counters.error("bad_picture", f"{self.address}: {error}")
            if capture.is_live:
                raise VideoUnavailable("lost", f"The stream {self.address} has ended.")
            if not self._progress.has_images:
                raise VideoUnavailable("mismatch", f"No image of {self.address} can be decoded.")
            stop.wait(capture.period_s)

    def _show(self, capture: VideoCapture, stop: threading.Event) -> bool:
        """Show all images; False when there are no viewers any more.

        Raises VideoUnavailable and BadData.
        """
        lag, packets_since_image, image_at = VideoLag(), 0, capture.opened_at
        for packet in capture.packets():
            now = time.monotonic()
            if stop.is_set() or not self._has_viewers(now):
                return False
            self._silence.on_arrival(now)
            packets_since_image += 1
            for image, t_received in self._decode(capture, packet, lag, now):
                if not self._wait_until_due(image, capture, lag, stop):
                    return False
                self._put(image, t_received, capture)
                packets_since_image, image_at = 0, now
            if packets_since_image > NO_IMAGE_PACKETS and now - image_at > NO_IMAGE_S:
                raise VideoUnavailable("mismatch", f"No image of {self.address} can be decoded.")
        return True

    def _decode(
        self, capture: VideoCapture, packet: Packet, lag: VideoLag, now: float
    ) -> list[tuple[DecodedImage, float]]:
        """Return the images that a packet completes; none when it is skipped to catch up."""
        self.counters.counts["received_bytes"] += packet.n_bytes
        if packet.n_bytes and lag.should_skip(packet.t_s, packet.is_key, now):
            self.counters.counts["skipped"] += 1
            return []
        try:
            return capture.decode(packet)
        except BadData as error:
            self.counters.error("bad_picture", f"{self.address}: {error}")
            return []

    def _wait_until_due(
        self, image: DecodedImage, capture: VideoCapture, lag: VideoLag, stop: threading.Event
    ) -> bool:
        """Wait until an image of a file is due; False when there are no viewers any more."""
        now, t_s = time.monotonic(), image.t_s
        if t_s is None:
            if capture.is_live:
                return True
            t_s = lag.last_s + capture.period_s
        behind_s = lag.behind_s(t_s, now)
        if behind_s > MAX_BEHIND_S:
            lag.start_skipping(now)
        elif behind_s < 0 and capture.is_live:
            lag.set_due(t_s, now)
        due = now if capture.is_live else now - behind_s
        while (left_s := due - time.monotonic()) > 0:
            if stop.wait(min(left_s, POLL_INTERVAL_S)) or not self._has_viewers(time.monotonic()):
                return False
        return True

    def _put(self, image: DecodedImage, t_received: float, capture: VideoCapture) -> None:
        """Count an image, and put it into the mailbox unless the video is only kept open."""
        if not self._progress.has_images:
            self._progress = self._progress._replace(has_images=True)
            self._retry_delay_s = RETRY_DELAY_S
        self._number += 1
        self.counters.counts["received"] += 1
        self.pulse_ids.observe(self._number)
        if not self._gate.is_open:
            return
        data_header = self._data_header_for(image.is_grey, image.width, image.height)
        self.data_header = data_header
        numbers = [math.nan if n is None else n for n in (image.t_s, capture.rate_hz)]
        time_s, rate_hz = (struct.pack("<d", number) for number in numbers)
        parts: list[Part] = [image, time_s, rate_hz, capture.codec.encode()]
        received = t_received if capture.is_live else time.monotonic()
        images = self._gate.demand.images
        self._mailbox.put(Pulse(self._number, None, received, data_header, parts, images))


def _make_data_header(own_image: str, is_grey: bool, width: int, height: int) -> DataHeader:
    """Return the data header of the pulses of a video with images of this size."""
    size = [width, height] if is_grey else [3, width, height]
    channels: list[dict[str, Any]] = [
        {"name": "image", "type": "uint8", "shape": size},
        {"name": "presentation_time", "unit": "s"},
        {"name": "nominal_rate", "unit": "Hz"},
        {"name": "codec", "type": "string"},
    ]
    digest = hashlib.md5(json.dumps(channels).encode(), usedforsecurity=False).hexdigest()
    return DataHeader(digest, [read_channel(entry, entry["name"]) for entry in channels], own_image)
