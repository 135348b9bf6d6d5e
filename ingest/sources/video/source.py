"""A video as a source: a camera, a sender or a file, open while somebody watches.

One thread opens, reads and decodes. It may hang in FFmpeg for seconds, or for longer where a name
is looked up, so another one says how it is, and leaves it behind at the end.
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
from ingest.sources.video.capture import OPEN_S, Packet, VideoCapture
from ingest.sources.video.decoded import DecodedImage
from ingest.sources.video.errors import VideoUnavailable
from ingest.sources.video.lag import BEHIND_S, VideoLag
from shared import video_url
from shared.compression import BadData

log = logging.getLogger(__name__)

LINGER_S = 3.0
"""so long it stays open when nobody watches any more: who loads the page anew finds it open"""
LOOK_EVERY_S = 0.1
PAUSE_S, PAUSE_AT_MOST_S = 0.25, 4.0
"""before another try: this after the first failure, then twice as long each time"""
READ_AT_MOST_S = 30.0
"""so long a silent camera is listened to before it is opened anew; at first OPEN_S"""
NO_PICTURE_S, NO_PICTURE_PACKETS = 10.0, 50
"""so much without a picture, and there is none in it"""
LEAVE_S = 1.0
LAYOUTS = 4

_WORDS = {
    "closed": "Nobody watches, so {address} is closed. It is opened when somebody does.",
    "opening": "Opening {address}.",
    "waiting": "{address} is open, but no picture has come yet. Has the camera been started?",
    "live": "",
    "silent": "{address} is open, but the pictures stopped. Has the camera been stopped?",
}


class Doing(NamedTuple):
    """What the reading thread is at; ``opened`` is when, on a monotonic clock."""

    is_closed: bool = False
    opened: float | None = None
    fault: VideoUnavailable | None = None
    has_pictures: bool = False
    """since it was opened"""


class Video:
    """The source, and what takes it in; others may read all that has no underscore."""

    mode = "video"
    fault = ""

    def __init__(
        self, address: str, image: str, gate: Gate, mailbox: Mailbox, ca: str = ""
    ) -> None:
        self.address = video_url.without_login(address)
        self.state, self.message = "closed", self._words("closed")
        self.pulses = PulseIdStats()
        self.tally = Counters("received", "received_bytes", "skipped")
        self.layout: DataHeader | None = None
        self._asked = address
        self._ca = ca
        self._gate = gate
        self._mailbox = mailbox
        self._layout_of = lru_cache(LAYOUTS)(partial(_layout, image))
        self._number = 0
        self._wanted_at = -math.inf
        self._doing, self._silence = Doing(is_closed=True), SilenceDetector()
        self._pause_s, self._read_s = PAUSE_S, OPEN_S

    @property
    def source(self) -> "Video":
        """What is taken in."""
        return self

    def run(self, stop: threading.Event) -> None:
        """Takes in until told to stop."""
        reading = threading.Thread(target=self._read, args=(stop,), name="video", daemon=True)
        reading.start()
        while not stop.wait(LOOK_EVERY_S):
            if not reading.is_alive():
                raise RuntimeError("nobody reads the video any more; the log says why")
            self._say(*self._look(time.monotonic()))
        reading.join(LEAVE_S)

    # ---- how it is ----

    def _words(self, state: str) -> str:
        return _WORDS[state].format(address=self.address)

    def _look(self, now: float) -> tuple[str, str]:
        """State and words."""
        doing, silence = self._doing, self._silence
        last = silence.last
        if doing.is_closed:
            return "closed", self._words("closed")
        if doing.fault:
            was_there = last is not None and doing.fault.state == "connecting"
            return "lost" if was_there else doing.fault.state, str(doing.fault)
        if doing.opened is None:  # for the first time, or a file once more
            return self.state, self._words("opening") if self.state == "closed" else self.message
        if last is not None and last >= doing.opened and silence.is_unusual(doing.opened, now):
            state = "silent"
        elif doing.has_pictures:
            state = "live"
        else:
            state = "waiting" if now - doing.opened > SILENT_AFTER_S else self.state
        return state, self.message if state == self.state else self._words(state)

    def _say(self, state: str, message: str) -> None:
        if (state, message) == (self.state, self.message):
            return
        self.state, self.message = state, message
        if state == "live":
            log.info("%s: pictures are coming", self.address)
        else:
            is_fine = message in (self._words("closed"), self._words("opening"))
            log.log(logging.INFO if is_fine else logging.WARNING, "%s", message)

    # ---- the reading thread ----

    def _read(self, stop: threading.Event) -> None:
        while not stop.is_set():
            if not self._is_wanted(time.monotonic()):
                self._close()
                stop.wait(LOOK_EVERY_S)
                continue
            try:
                self._play(stop)
            except VideoUnavailable as fault:
                self._doing = Doing(fault=fault)
                stop.wait(self._pause_s)
                self._pause_s = min(2 * self._pause_s, PAUSE_AT_MOST_S)
                if fault.state == "silent":
                    self._read_s = min(2 * self._read_s, READ_AT_MOST_S)

    def _close(self) -> None:
        """Nothing is open, and what was is forgotten."""
        self._doing, self._silence = Doing(is_closed=True), SilenceDetector()
        self._pause_s, self._read_s = PAUSE_S, OPEN_S

    def _is_wanted(self, now: float) -> bool:
        if self._gate.is_open:
            self._wanted_at = now
        return now - self._wanted_at < LINGER_S

    def _play(self, stop: threading.Event) -> None:
        """From opening to the end of a file, or until nobody wants it; raises NoVideo."""
        self._doing = Doing(fault=self._doing.fault)
        with closing(VideoCapture(self._asked, self._ca, self._read_s)) as capture:
            self._doing = Doing(opened=capture.opened)
            try:
                if not self._show(capture, stop):
                    return
            except BadData as fault:  # of which there is no more to be had
                self.tally.error("bad_picture", f"{self.address}: {fault}")
            if capture.is_live:
                raise VideoUnavailable("lost", f"The stream {self.address} has ended.")
            if not self._doing.has_pictures:
                raise VideoUnavailable("mismatch", f"No picture of {self.address} can be decoded.")
            stop.wait(capture.period_s)

    def _show(self, capture: VideoCapture, stop: threading.Event) -> bool:
        """All until the end; False when it is not wanted any more. Raises NoVideo, BadData."""
        lag, since_picture, picture_at = VideoLag(), 0, capture.opened
        for packet in capture.packets():
            now = time.monotonic()
            if stop.is_set() or not self._is_wanted(now):
                return False
            self._silence.came(now)
            since_picture += 1
            for picture, t_received in self._decode(capture, packet, lag, now):
                if not self._wait_for(picture, capture, lag, stop):
                    return False
                self._put(picture, t_received, capture)
                since_picture, picture_at = 0, now
            if since_picture > NO_PICTURE_PACKETS and now - picture_at > NO_PICTURE_S:
                raise VideoUnavailable("mismatch", f"No picture of {self.address} can be decoded.")
        return True

    def _decode(
        self, capture: VideoCapture, packet: Packet, lag: VideoLag, now: float
    ) -> list[tuple[DecodedImage, float]]:
        """The pictures that it completes; none when it is left out to keep up."""
        self.tally.counts["received_bytes"] += packet.n_bytes
        if packet.n_bytes and lag.leaves_out(packet.t_s, packet.is_key, now):
            self.tally.counts["skipped"] += 1
            return []
        try:
            return capture.pictures(packet)
        except BadData as fault:
            self.tally.error("bad_picture", f"{self.address}: {fault}")
            return []

    def _wait_for(
        self, picture: DecodedImage, capture: VideoCapture, lag: VideoLag, stop: threading.Event
    ) -> bool:
        """Until it is the turn of a file's picture; False when it is not wanted any more."""
        now, t_s = time.monotonic(), picture.t_s
        if t_s is None:
            if capture.is_live:
                return True
            t_s = lag.last_s + capture.period_s
        behind_s = lag.behind_s(t_s, now)
        if behind_s > BEHIND_S:
            lag.catch_up(now)
        elif behind_s < 0 and capture.is_live:
            lag.is_due(t_s, now)
        due = now if capture.is_live else now - behind_s
        while (left_s := due - time.monotonic()) > 0:
            if stop.wait(min(left_s, LOOK_EVERY_S)) or not self._is_wanted(time.monotonic()):
                return False
        return True

    def _put(self, picture: DecodedImage, t_received: float, capture: VideoCapture) -> None:
        """Into the mailbox, but not while it is only kept open."""
        if not self._doing.has_pictures:
            self._doing = self._doing._replace(has_pictures=True)
            self._pause_s = PAUSE_S
        self._number += 1
        self.tally.counts["received"] += 1
        self.pulses.observe(self._number)
        if not self._gate.is_open:
            return
        self.layout = layout = self._layout_of(picture.is_grey, picture.width, picture.height)
        numbers = [math.nan if of is None else of for of in (picture.t_s, capture.rate_hz)]
        time_s, rate_hz = (struct.pack("<d", number) for number in numbers)
        parts: list[Part] = [picture, time_s, rate_hz, capture.codec.encode()]
        received = t_received if capture.is_live else time.monotonic()
        wanted = self._gate.demand.images
        self._mailbox.put(Pulse(self._number, None, received, layout, parts, wanted))


def _layout(wanted: str, is_grey: bool, width: int, height: int) -> DataHeader:
    """What a pulse of such a picture has."""
    size = [width, height] if is_grey else [3, width, height]
    channels: list[dict[str, Any]] = [
        {"name": "image", "type": "uint8", "shape": size},
        {"name": "presentation_time", "unit": "s"},
        {"name": "nominal_rate", "unit": "Hz"},
        {"name": "codec", "type": "string"},
    ]
    known_by = hashlib.md5(json.dumps(channels).encode(), usedforsecurity=False).hexdigest()
    return DataHeader(known_by, [read_channel(entry, entry["name"]) for entry in channels], wanted)
