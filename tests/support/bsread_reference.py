"""bsread messages read by ``bsread.Source`` and by ingest, for comparison."""

import json
import math
import time
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple
from unittest import mock

import bsread
import numpy as np
import zmq
from bsread.handlers.compact import Handler

from ingest.demand import Gate
from ingest.encoding.values import read_values
from ingest.mailbox import Mailbox
from ingest.sources.bsread.source import BsreadSource
from shared import envelope
from shared.renditions import Rendition

Parts = Sequence[bytes]


class ReadMessage(NamedTuple):
    """The contents of a message; ``values`` is None if the message is lost."""

    pulse_id: Any
    values: dict[str, Any] | None
    faults: Sequence[str] = ()
    image: np.ndarray | None = None


class MissingPart(Exception):
    """A part is read that the message does not have; a socket would wait for it."""


class _Message:
    """The parts of a message as mflow's receiver provides them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = list(parts)

    def next(self, as_json: bool = False) -> Any:
        if not self._parts:
            raise MissingPart
        part = self._parts.pop(0)
        return json.loads(part.decode("utf-8")) if as_json else part

    def has_more(self) -> bool:
        return bool(self._parts)


def read_by_source(messages: Sequence[Parts]) -> list[ReadMessage]:
    """Return the result of ``Source.receive()`` for each message."""
    handler, found = Handler(), []
    for parts in messages:
        try:
            message = handler.receive(_Message(parts))
        except Exception:  # noqa: BLE001 - as mflow.Stream.receive does
            message = None
        if message:
            values = {name: value.value for name, value in message.data.items()}
            found.append(ReadMessage(message.pulse_id, values))
        else:
            found.append(ReadMessage(None, None))
    return found


class _MessageSource:
    """A source of these messages."""

    address, mode, state, message = "tcp://127.0.0.1:1", "pull", "live", ""

    def __init__(self, messages: Sequence[Parts]) -> None:
        self._messages = list(messages)

    def receive(self, now: float) -> list[zmq.Frame] | None:
        return [zmq.Frame(part) for part in self._messages.pop(0)] if self._messages else None

    def on_message(self, now: float) -> None:
        """Nothing to count."""

    def close(self) -> None:
        """Nothing to close."""


def read_by_ingest(
    messages: Sequence[Parts], image: str = "", watched: Sequence[bool] = ()
) -> list[ReadMessage]:
    """Return what ingest publishes of each message, decoded from its envelope.

    ``watched``: for each message whether the gate is open; by default it is.
    """
    gate, mailbox = Gate(), Mailbox(image_wait_s=0)
    source: Any = _MessageSource(messages)
    receiver, found = BsreadSource(source, image, gate, mailbox), []
    for number in range(len(messages)):
        is_open = watched[number] if watched else True
        gate.set([Rendition("full")] if is_open else [])
        faults: list[str] = []

        def note(kind: str, text: str, faults: list[str] = faults) -> None:
            faults.append(text)

        with mock.patch.object(receiver.counters, "error", note):
            receiver._receive()
        taken = mailbox.take(0)
        if taken:
            newest, pulses = taken
            contents = read_values(newest, pulses, note)
            header = {"values": contents.values, "pulse_id": newest.pulse_id}
            header, body = envelope.unpack(envelope.pack(header, contents.blobs()))
            values = {name: _value(value, body) for name, value in header["values"].items()}
            found.append(ReadMessage(newest.pulse_id, values, faults, newest.image(note)))
        else:
            found.append(ReadMessage(None, None, faults))
    return found


def _value(value: Any, body: memoryview) -> Any:
    return envelope.array(value, body) if isinstance(value, dict) and "offset" in value else value


def is_same(ours: Any, theirs: Any) -> bool:
    """Return whether a value of the envelope equals that of ``Source``.

    JSON has no NaN, nor integers beyond 2**53, which are texts; ``Source`` drops a leading side of
    one element, and gives shape [1, 1] as an array; the NULs at the end of a text are padding.
    """
    if isinstance(theirs, np.ndarray) and theirs.size == 1:
        theirs = theirs.item()
    if isinstance(theirs, str):
        return bool(ours == theirs.rstrip("\0"))
    if not isinstance(theirs, np.ndarray):
        number = theirs.item() if isinstance(theirs, np.generic) else theirs
        if isinstance(number, float) and not math.isfinite(number):
            return ours is None
        if isinstance(ours, str):
            return type(number) is int and abs(number) > 2**53 and ours == str(number)
        return type(ours) is type(number) and bool(ours == number)
    plain = np.squeeze(theirs)
    return (
        isinstance(ours, np.ndarray)
        and ours.dtype == theirs.dtype.newbyteorder("<")
        and np.array_equal(np.squeeze(ours), plain, equal_nan=theirs.dtype.kind == "f")
    )


def is_image_of(image: np.ndarray | None, theirs: Any) -> bool:
    """Return whether the image shows the array of ``Source``: itself, its colours in any order,
    without alpha, or its first plane."""
    if image is None or not isinstance(theirs, np.ndarray):
        return False
    plain = np.squeeze(theirs)
    orders = [plain, *(np.moveaxis(plain, axis, -1)[..., :3] for axis in range(plain.ndim))]
    planes = [plain.reshape(-1, *plain.shape[-n:])[0] for n in (2, 3) if plain.ndim >= n]
    return any(np.array_equal(np.squeeze(image), np.squeeze(each)) for each in orders + planes)


def sent_by(sender: bsread.Sender, count: int = 1, **send: Any) -> list[list[bytes]]:
    """Return the messages of a Sender with channels, or with these arguments of ``send``."""
    messages: list[list[bytes]] = []
    ended = [True]

    def take(part: bytes, send_more: bool = False, **_: Any) -> None:
        if ended[0]:
            messages.append([])
        messages[-1].append(bytes(part))
        ended[0] = not send_more

    stream = SimpleNamespace(send=take, disconnect=lambda: None)
    with mock.patch("bsread.sender.mflow.connect", return_value=stream), sender:
        for _ in range(count):
            sender.send(timestamp=time.time(), **send)
    return messages
