"""Which layout a message has: as its data header says, or one with the same hash said before."""

from collections import deque
from contextlib import suppress
from functools import lru_cache

import zmq

from ingest.bsread.data_header import DataHeader, read_data_header
from ingest.bsread.main_header import BadMessage, MainHeader, read_main_header

MAX_LAYOUTS = 4
"""data headers that are remembered: a sender that describes its missing values as something else
alternates between several"""
KIND = "bad_data_header"


class DataHeaderCache:
    """Reads data headers; used by one thread. ``image`` names the channel to show.

    A data header is known by its very bytes, as the hash in the main header is the sender's claim.
    That counts only where the data header is empty or cannot be read: then the newest one that came
    with the same hash is used, as ``Source`` does.

    Layouts that differ in the lengths of arrays alone have one hash, so that a waveform whose
    length changes with each pulse does not send the schema with each frame.
    """

    def __init__(self, image: str = "") -> None:
        self._image = image
        self._read = lru_cache(MAX_LAYOUTS)(self._read_new)
        self._forms: deque[DataHeader] = deque(maxlen=MAX_LAYOUTS)
        self._unread: list[zmq.Frame] = []
        self._newest: tuple[object, DataHeader] | None = None
        """the hash in its main header, and the newest layout"""

    def note(self, parts: list[zmq.Frame]) -> None:
        """Keeps the headers of a message that nobody watches, in case later ones lack theirs."""
        if len(parts) > 1 and len(parts[1]):
            self._unread = parts[:2]

    def of(self, header: MainHeader, parts: list[zmq.Frame]) -> tuple[DataHeader, str]:
        """The layout of a message, and what is wrong with its data header; raises BadMessage."""
        if len(parts) < 2:
            raise BadMessage(KIND, "a message came without its data header")
        part = parts[1].bytes
        try:
            if not part:
                raise BadMessage(KIND, "the data header is empty, and none of its hash came before")
            layout = self._read(part, header.compression)
        except BadMessage as problem:
            self._catch_up()
            if not self._newest or header.hash is None or self._newest[0] != header.hash:
                raise
            return self._newest[1], str(problem) if part else ""
        self._unread, self._newest = [], (header.hash, layout)
        return layout, layout.fault

    def _catch_up(self) -> None:
        """Reads the newest data header that came while nobody watched."""
        unread, self._unread = self._unread, []
        if not unread:
            return
        with suppress(BadMessage):  # the one before it still counts
            header = read_main_header(unread[0].bytes)
            self._newest = header.hash, self._read(unread[1].bytes, header.compression)

    def _read_new(self, part: bytes, compression: str | None) -> DataHeader:
        layout = read_data_header(part, compression, self._image)
        for known in self._forms:
            if known.form == layout.form:
                return layout.named(known.hash)
        self._forms.append(layout)
        return layout
