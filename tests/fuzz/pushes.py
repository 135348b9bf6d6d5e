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
from tests.fuzz.harness import One
from tests.fuzz.mutate import json_bytes
from tests.fuzz.pushed import PASSWORD, attached, form, line, message, request, text
from tests.fuzz.scene import MOST_GROWTH_KB, Size
from tests.support.beamcast import Beamcast
from tests.support.push import Push
from tests.support.waiting import until

FAST = 1_000_000
MAX_BOARD_BYTES = 4 * 1024 * 1024
CHECK_EVERY = 500
WARM = 2000
IDS_AT_ONCE = 2000
MORE_FILES = 2
CONNECTIONS = 2
"""of one thread to Redis, at most: one for a subscription, and one for commands"""
PICTURE = {"type": "heatmap", "value": [[1, 2], [3, 4]]}


class Inside:
    """A receiver and its board in this process."""

    def __init__(self) -> None:
        self.board = Board()
        self.receiver = MessageReceiver(self.board, [], Limits(2**24, FAST))
        self.cursor = self.board.cursor()

    def check(self) -> None:
        """Check that the board is bounded, can be published, and takes a valid message."""
        assert len(self.board.cards) <= boards.MAX_CARDS
        weight = sum(card.size for card in self.board.cards.values())
        assert weight == self.board._bytes <= boards.MAX_BYTES
        assert sum(card.points for card in self.board.cards.values()) <= boards.MAX_POINTS
        self.board.add({"id": "honest", "type": "line", "value": 1, "active_points": 1})
        while changes := self.cursor.take(20_000, MAX_FRAME_CARD_BYTES):
            cards = [change_to_json(change) for change in changes]
            header, _ = envelope.unpack(envelope.pack({"cards": cards}, envelope.Blobs()))
            json.dumps(header, allow_nan=False)


@contextmanager
def in_process() -> Iterator[One]:
    """Each input is accepted or refused with an error; the board stays within its limits."""
    loop = asyncio.new_event_loop()
    inside = [Inside()]

    def one(chance: Random) -> None:
        receiver = inside[0].receiver
        kind = chance.random()
        try:
            if kind < 0.6:
                result = loop.run_until_complete(receiver.receive([text(chance)], "a", True))
            elif kind < 0.7:
                lines = [text(chance) for _ in range(5)]
                result = loop.run_until_complete(receiver.receive(lines, "a", True))
            elif kind < 0.9:
                made = json_bytes(chance, message(chance))
                result = receiver.receive_text_with_data(made, attached(chance), "a", True)
            else:
                found = form_parts("multipart/form-data; boundary=x", form(chance))
                made = found.get("message", b"")
                result = receiver.receive_text_with_data(made, found.get("data"), "a", True)
        except InvalidMessage as error:
            assert len(str(error)) < 500
            assert error.hint
        except Unauthorized:
            raise AssertionError("no password is set") from None
        else:
            check(result)
        if chance.random() < 0.01:
            inside[0].check()
        if chance.random() < 0.001:
            inside[0] = Inside()

    with mock.patch.object(boards, "MAX_BYTES", MAX_BOARD_BYTES):
        yield one
    loop.close()


def check(result: PushResult) -> None:
    """Check the errors of refused messages."""
    for problem in result.problems:
        assert len(problem["error"]) < 700, problem["error"][:1000]
        assert problem["hint"]
    assert orjson.dumps(result.as_json())


class Fire:
    """The processes of two boards, one with a password; call ``check`` after some inputs, ``end``
    after all."""

    def __init__(self) -> None:
        self.beamcast = Beamcast()
        much = ("--push-max-per-s", str(FAST))
        self.open = Push(self.beamcast.redis, *much)
        self.beamcast.add(self.open.process)
        self.guarded = Push(
            self.beamcast.redis, *much, "--board", "guarded", "--push-passwords", PASSWORD
        )
        self.beamcast.add(self.guarded.process)
        self.pushes = {"board": self.open, "guarded": self.guarded}
        for name, push in self.pushes.items():  # all the pictures that a board may have
            pictures = [
                {"id": f"p{n}", "type": "heatmap", "value": [[n]]} for n in range(MAX_IMAGES)
            ]
            push.post(*pictures, headers=self.bearer(name)).raise_for_status()
            streams = [f"{name}.p{n}" for n in range(MAX_IMAGES)]
            until(lambda s=streams: all(map(self.beamcast.status, s)), "their streams run", 60)
        self._numbers = count(1)
        self._inputs = self._checked = 0
        self._warm: dict[str, Size] = {}

    def check(self, inputs: int) -> None:
        """After every CHECK_EVERY inputs, check that a valid message reaches the board."""
        self._inputs += inputs
        if self._inputs - self._checked < CHECK_EVERY and self._checked:
            return
        self._checked = self._inputs
        for name, push in self.pushes.items():
            self.honest(name, push)
        if self._inputs >= WARM:
            self.warm()

    def warm(self) -> None:
        """Measure the processes; from now on they must not grow."""
        self._warm = self._warm or {name: self._size(push) for name, push in self.pushes.items()}

    def bearer(self, name: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {PASSWORD}"} if name == "guarded" else {}

    def honest(self, name: str, push: Push) -> None:
        """Push a number, and wait until it is in Redis."""
        number = next(self._numbers)
        honest = {"id": "honest", "type": "line", "value": number, "active_points": 1}
        response = push.post(honest, headers=self.bearer(name))
        assert response.status_code == 200, response.text

        def shown() -> bool:
            newest = self.beamcast.broker.lrange(f"beamcast:{name}:card:honest", -1, -1)
            return bool(newest) and orjson.loads(newest[0])["rows"][-1][1] == number

        until(shown, "an honest message is shown")

    def end(self) -> None:
        """Stop everything; fail if a process has grown, ended, or logged a traceback."""
        try:
            for name, push in self.pushes.items():
                self.honest(name, push)
                assert push.process.returncode is None, push.process.output[-2000:]
                self._compare(name, push)
        finally:
            self.beamcast.stop()  # which looks for tracebacks

    def _size(self, push: Push) -> Size:
        return Size(push.process.pid, self.beamcast.redis.port)

    def _compare(self, name: str, push: Push) -> None:
        before = self._warm.get(name)
        if not before:
            return
        after = self._size(push)
        growth = (
            f"{before.pss_kb} to {after.pss_kb} kB, {before.files} to {after.files} descriptors"
        )
        print(f"    {name}: {growth}, {before.threads} to {after.threads} threads", flush=True)
        until(
            lambda: self._size(push).files <= before.files + MORE_FILES, "all have disconnected", 60
        )
        assert after.to_redis <= CONNECTIONS * after.threads
        assert after.pss_kb - before.pss_kb < MOST_GROWTH_KB, "memory grew"


@contextmanager
def over_the_wire() -> Iterator[One]:
    """Each input is answered or its connection closed; other clients are not affected."""
    fire = Fire()

    def one(chance: Random) -> int:
        push = chance.choice((fire.open, fire.guarded))
        password = PASSWORD if push is fire.guarded else ""
        inputs = chance.choice((1, 1, 1, 2, 5))
        if chance.random() < 0.5:
            data = b"".join(request(chance, password) for _ in range(inputs))
            received = answers(chance, push.port, data, ends=False)
            for code in map(int, re.findall(rb"(?:^|\n)HTTP/1\.[01] (\d{3}) ", received)):
                assert code < 500, (data[:2000], received[:500])
        else:
            data = b"".join(line(chance, password) for _ in range(inputs))
            for answer in answers(chance, push.tcp_port, data, ends=True).splitlines()[:-1]:
                assert isinstance(orjson.loads(answer), dict), answer
        fire.check(inputs)
        return inputs

    try:
        yield one
    finally:
        fire.end()


def answers(chance: Random, port: int, data: bytes, ends: bool) -> bytes:
    """Send data; return what is answered within a moment. ``ends``: close our half after it.
    Sometimes only a part is sent, or the connection is reset."""
    received = b""
    whole = chance.random() < 0.8
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as connection,
        contextlib.suppress(OSError),
    ):
        connection.sendall(data if whole else data[: chance.randrange(len(data) + 1)])
        if chance.random() < 0.1:  # as a crash does
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return b""
        if ends:
            connection.shutdown(socket.SHUT_WR)
        connection.settimeout(0.1 if ends else 0.04)
        while len(received) < 200_000 and (piece := connection.recv(65536)):
            received += piece
    return received


@contextmanager
def ids() -> Iterator[One]:
    """Each id is new: after the first 500 the board refuses them, and nothing grows."""
    fire = Fire()
    numbers = count()

    def one(chance: Random) -> int:
        made = [
            {"id": f"{next(numbers)} {chance.random()}", "value": 1} for _ in range(IDS_AT_ONCE)
        ]
        result = fire.open.post(*made).json()
        fire.warm()
        assert result["accepted"] + result["refused"] == IDS_AT_ONCE
        assert result["accepted"] <= boards.MAX_CARDS
        assert len(json.dumps(result)) < 10_000
        return IDS_AT_ONCE

    try:
        fire.honest("board", fire.open)
        yield one
    finally:
        fire.end()
