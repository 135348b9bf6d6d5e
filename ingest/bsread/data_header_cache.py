"""Finds the data header that describes a message: its own, or an earlier one of the same hash."""

from collections import deque
from contextlib import suppress
from functools import lru_cache

import zmq

from ingest.bsread.data_header import DataHeader, read_data_header
from ingest.bsread.main_header import BadMessage, MainHeader, read_main_header

MAX_DATA_HEADERS = 4
"""parsed data headers that are kept: a sender whose missing values are described as another type
alternates between several"""
KIND = "bad_data_header"


class DataHeaderCache:
    """Parses data headers; used by one thread. ``image`` names the channel to show.

    The key of the cache is the bytes of the data header, since the hash in the main header is only
    a claim of the sender. The hash is used when the data header is empty or unreadable: then the
    newest one that came with the same hash applies, as in ``bsread.Source``.

    Data headers that differ only in the lengths of arrays get the same hash, so that a waveform
    whose length changes with each pulse does not send the schema with each frame.
    """

    def __init__(self, image: str = "") -> None:
        self._image = image
        self._parse = lru_cache(MAX_DATA_HEADERS)(self._parse_new)
        self._recent: deque[DataHeader] = deque(maxlen=MAX_DATA_HEADERS)
        self._unread: list[zmq.Frame] = []
        self._newest: tuple[object, DataHeader] | None = None
        """the hash in the main header, and the newest data header"""

    def remember(self, parts: list[zmq.Frame]) -> None:
        """Keep the headers of a message that has no viewers, in case later messages lack theirs."""
        if len(parts) > 1 and len(parts[1]):
            self._unread = parts[:2]

    def find(self, header: MainHeader, parts: list[zmq.Frame]) -> tuple[DataHeader, str]:
        """Return the data header that describes a message, and the fault of the one in the message;
        raises BadMessage."""
        if len(parts) < 2:
            raise BadMessage(KIND, "the message has no data header")
        part = parts[1].bytes
        try:
            if not part:
                raise BadMessage(KIND, "the data header is empty, and none had its hash before")
            data_header = self._parse(part, header.compression)
        except BadMessage as error:
            self._parse_unread()
            if not self._newest or header.hash is None or self._newest[0] != header.hash:
                raise
            return self._newest[1], str(error) if part else ""
        self._unread, self._newest = [], (header.hash, data_header)
        return data_header, data_header.fault

    def _parse_unread(self) -> None:
        """Parse the newest data header that arrived while there were no viewers."""
        unread, self._unread = self._unread, []
        if not unread:
            return
        with suppress(BadMessage):  # the one before it still applies
            header = read_main_header(unread[0].bytes)
            self._newest = header.hash, self._parse(unread[1].bytes, header.compression)

    def _parse_new(self, part: bytes, compression: str | None) -> DataHeader:
        data_header = read_data_header(part, compression, self._image)
        for known in self._recent:
            if known.signature == data_header.signature:
                return data_header.with_hash(known.hash)
        self._recent.append(data_header)
        return data_header
