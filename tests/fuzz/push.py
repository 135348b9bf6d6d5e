"""Random pushed messages: to a receiver in this process, and over real connections."""

import asyncio
import contextlib
import json
import re
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from random import Random
from unittest import mock

import orjson

from ingest.push import board as boards
from ingest.push.board import Board
from ingest.push.http_server import form_parts
from ingest.push.image_streams import MAX_IMAGES
from ingest.push.limits import Limits
from ingest.push.message import InvalidMessage
from ingest.push.publisher import MAX_FRAME_CARD_BYTES, change_to_json
from ingest.push.receiver import MessageReceiver, PushResult, Unauthorized
from shared import envelope
from tests.fuzz.harness import RunInput
from tests.fuzz.mutate import to_damaged_json
from tests.fuzz.push_inputs import (
    PASSWORD,
    random_attachment,
    random_form,
    random_line,
    random_message,
    random_request,
    random_text,
)
from tests.fuzz.system import MAX_GROWTH_KB, ProcessSize
from tests.support.beamcast import Beamcast
from tests.support.push import Push
from tests.support.waiting import until

UNLIMITED_PER_S = 1_000_000
MAX_BOARD_BYTES = 4 * 1024 * 1024
CHECK_INTERVAL = 500
WARM_UP_INPUTS = 2000
IDS_PER_REQUEST = 2000
MAX_MORE_FILES = 2
MAX_CONNECTIONS_PER_THREAD = 2
"""Of one thread to Redis: one for a subscription, and one for commands."""
PICTURE = {"type": "heatmap", "value": [[1, 2], [3, 4]]}


class InProcessReceiver:
    """A receiver and its board in this process."""

    def __init__(self) -> None:
        self.board = Board()
        self.receiver = MessageReceiver(self.board, [], Limits(2**24, UNLIMITED_PER_S))
        self.cursor = self.board.cursor()

    def check(self) -> None:
        """Check that the board is bounded, can be published, and takes a valid message."""
        assert len(self.board.cards) <= boards.MAX_CARDS
        size = sum(card.size for card in self.board.cards.values())
        assert size == self.board._bytes <= boards.MAX_BYTES
        assert sum(card.points for card in self.board.cards.values()) <= boards.MAX_POINTS
        self.board.add({"id": "valid", "type": "line", "value": 1, "active_points": 1})
        while changes := self.cursor.take(20_000, MAX_FRAME_CARD_BYTES):
            cards = [change_to_json(change) for change in changes]
            header, _ = envelope.unpack(envelope.pack({"cards": cards}, envelope.Blobs()))
            json.dumps(header, allow_nan=False)


@contextmanager
def in_process() -> Iterator[RunInput]:
    """Each input is accepted or refused with an error; the board stays within its limits."""
    loop = asyncio.new_event_loop()
    target = [InProcessReceiver()]

    def run_input(rng: Random) -> None:
        receiver = target[0].receiver
        kind = rng.random()
        try:
            if kind < 0.6:
                result = loop.run_until_complete(receiver.receive([random_text(rng)], "a", True))
            elif kind < 0.7:
                lines = [random_text(rng) for _ in range(5)]
                result = loop.run_until_complete(receiver.receive(lines, "a", True))
            elif kind < 0.9:
                data = to_damaged_json(rng, random_message(rng))
                result = receiver.receive_text_with_data(data, random_attachment(rng), "a", True)
            else:
                found = form_parts("multipart/form-data; boundary=x", random_form(rng))
                data = found.get("message", b"")
                result = receiver.receive_text_with_data(data, found.get("data"), "a", True)
        except InvalidMessage as error:
            assert len(str(error)) < 500
            assert error.hint
        except Unauthorized:
            raise AssertionError("no password is set") from None
        else:
            check(result)
        if rng.random() < 0.01:
            target[0].check()
        if rng.random() < 0.001:
            target[0] = InProcessReceiver()

    with mock.patch.object(boards, "MAX_BYTES", MAX_BOARD_BYTES):
        yield run_input
    loop.close()


def check(result: PushResult) -> None:
    """Check the errors of refused messages."""
    for problem in result.problems:
        assert len(problem["error"]) < 700, problem["error"][:1000]
        assert problem["hint"]
    assert orjson.dumps(result.as_json())


class PushSystem:
    """The processes of two boards, one with a password.

    Call ``check`` after some inputs, and ``end`` after all.
    """

    def __init__(self) -> None:
        self.beamcast = Beamcast()
        limits = ("--push-max-per-s", str(UNLIMITED_PER_S))
        self.open = Push(self.beamcast.redis, *limits)
        self.beamcast.add(self.open.process)
        self.guarded = Push(
            self.beamcast.redis, *limits, "--board", "guarded", "--push-passwords", PASSWORD
        )
        self.beamcast.add(self.guarded.process)
        self.pushes = {"board": self.open, "guarded": self.guarded}
        for name, push in self.pushes.items():  # the maximum number of image cards
            pictures = [
                {"id": f"p{n}", "type": "heatmap", "value": [[n]]} for n in range(MAX_IMAGES)
            ]
            push.post(*pictures, headers=self.bearer(name)).raise_for_status()
            streams = [f"{name}.p{n}" for n in range(MAX_IMAGES)]
            until(lambda s=streams: all(map(self.beamcast.status, s)), "their streams run", 60)
        self._numbers = count(1)
        self._inputs = self._checked = 0
        self._before: dict[str, ProcessSize] = {}

    def check(self, inputs: int) -> None:
        """After every CHECK_INTERVAL inputs, check that a valid message reaches the board."""
        self._inputs += inputs
        if self._inputs - self._checked < CHECK_INTERVAL and self._checked:
            return
        self._checked = self._inputs
        for name, push in self.pushes.items():
            self.check_valid_message(name, push)
        if self._inputs >= WARM_UP_INPUTS:
            self.measure()

    def measure(self) -> None:
        """Measure the processes; from now on they must not grow."""
        self._before = self._before or {
            name: self._size(push) for name, push in self.pushes.items()
        }

    def bearer(self, name: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {PASSWORD}"} if name == "guarded" else {}

    def check_valid_message(self, name: str, push: Push) -> None:
        """Push a number, and wait until it is in Redis."""
        number = next(self._numbers)
        message = {"id": "valid", "type": "line", "value": number, "active_points": 1}
        response = push.post(message, headers=self.bearer(name))
        assert response.status_code == 200, response.text

        def is_shown() -> bool:
            newest = self.beamcast.broker.lrange(f"beamcast:{name}:card:valid", -1, -1)
            return bool(newest) and orjson.loads(newest[0])["rows"][-1][1] == number

        until(is_shown, "a valid message is shown")

    def end(self) -> None:
        """Stop everything; fail if a process has grown, ended, or logged a traceback."""
        try:
            for name, push in self.pushes.items():
                self.check_valid_message(name, push)
                assert push.process.returncode is None, push.process.output[-2000:]
                self._compare(name, push)
        finally:
            self.beamcast.stop()  # raises if a log has a traceback

    def _size(self, push: Push) -> ProcessSize:
        return ProcessSize(push.process.pid, self.beamcast.redis.port)

    def _compare(self, name: str, push: Push) -> None:
        before = self._before.get(name)
        if not before:
            return
        after = self._size(push)
        growth = (
            f"{before.pss_kb} to {after.pss_kb} kB, {before.files} to {after.files} descriptors"
        )
        print(f"    {name}: {growth}, {before.threads} to {after.threads} threads", flush=True)
        until(
            lambda: self._size(push).files <= before.files + MAX_MORE_FILES,
            "all have disconnected",
            60,
        )
        assert after.to_redis <= MAX_CONNECTIONS_PER_THREAD * after.threads
        assert after.pss_kb - before.pss_kb < MAX_GROWTH_KB, "memory grew"


@contextmanager
def over_connections() -> Iterator[RunInput]:
    """Each input is answered or its connection closed; other clients are not affected."""
    system = PushSystem()

    def run_input(rng: Random) -> int:
        push = rng.choice((system.open, system.guarded))
        password = PASSWORD if push is system.guarded else ""
        inputs = rng.choice((1, 1, 1, 2, 5))
        if rng.random() < 0.5:
            data = b"".join(random_request(rng, password) for _ in range(inputs))
            received = send_and_receive(rng, push.port, data, ends=False)
            for code in map(int, re.findall(rb"(?:^|\n)HTTP/1\.[01] (\d{3}) ", received)):
                assert code < 500, (data[:2000], received[:500])
        else:
            data = b"".join(random_line(rng, password) for _ in range(inputs))
            for answer in send_and_receive(rng, push.tcp_port, data, ends=True).splitlines()[:-1]:
                assert isinstance(orjson.loads(answer), dict), answer
        system.check(inputs)
        return inputs

    try:
        yield run_input
    finally:
        system.end()


def send_and_receive(rng: Random, port: int, data: bytes, ends: bool) -> bytes:
    """Send data; return what is answered within a moment. ``ends``: close our half after it.
    Sometimes only a part is sent, or the connection is reset."""
    received = b""
    whole = rng.random() < 0.8
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as connection,
        contextlib.suppress(OSError),
    ):
        connection.sendall(data if whole else data[: rng.randrange(len(data) + 1)])
        if rng.random() < 0.1:  # as a crash does
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return b""
        if ends:
            connection.shutdown(socket.SHUT_WR)
        connection.settimeout(0.1 if ends else 0.04)
        while len(received) < 200_000 and (piece := connection.recv(65536)):
            received += piece
    return received


@contextmanager
def new_ids() -> Iterator[RunInput]:
    """Each id is new: after the first 500 the board refuses them, and nothing grows."""
    system = PushSystem()
    numbers = count()

    def run_input(rng: Random) -> int:
        data = [
            {"id": f"{next(numbers)} {rng.random()}", "value": 1} for _ in range(IDS_PER_REQUEST)
        ]
        result = system.open.post(*data).json()
        system.measure()
        assert result["accepted"] + result["refused"] == IDS_PER_REQUEST
        assert result["accepted"] <= boards.MAX_CARDS
        assert len(json.dumps(result)) < 10_000
        return IDS_PER_REQUEST

    try:
        system.check_valid_message("board", system.open)
        yield run_input
    finally:
        system.end()
