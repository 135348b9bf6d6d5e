"""Messages that programs push: through the door onto a board, and over real connections."""

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
MOST_BOARD_BYTES = 4 * 1024 * 1024
CHECK_EVERY = 500
WARM = 2000
IDS_AT_ONCE = 2000
MORE_FILES = 2
CONNECTIONS = 2
"""of one thread with Redis, at most: a subscription, and one for commands"""
PICTURE = {"type": "heatmap", "value": [[1, 2], [3, 4]]}


class Inside:
    """A door and its board, with no process around them."""

    def __init__(self) -> None:
        self.board = Board()
        self.receiver = MessageReceiver(self.board, [], Limits(2**24, FAST))
        self.cursor = self.board.cursor()

    def check(self) -> None:
        """It is bounded, can be told, and takes an honest message."""
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
    """Each is taken or refused in words; the board goes on, and stays within its bounds."""
    loop = asyncio.new_event_loop()
    inside = [Inside()]

    def one(chance: Random) -> None:
        receiver = inside[0].receiver
        kind = chance.random()
        try:
            if kind < 0.6:
                answer = loop.run_until_complete(receiver.receive([text(chance)], "a", True))
            elif kind < 0.7:
                lines = [text(chance) for _ in range(5)]
                answer = loop.run_until_complete(receiver.receive(lines, "a", True))
            elif kind < 0.9:
                made = json_bytes(chance, message(chance))
                answer = receiver.receive_text_with_data(made, attached(chance), "a", True)
            else:
                found = form_parts("multipart/form-data; boundary=x", form(chance))
                made = found.get("message", b"")
                answer = receiver.receive_text_with_data(made, found.get("data"), "a", True)
        except InvalidMessage as problem:
            assert len(str(problem)) < 500
            assert problem.hint
        except Unauthorized:
            raise AssertionError("no password is set") from None
        else:
            check(answer)
        if chance.random() < 0.01:
            inside[0].check()
        if chance.random() < 0.001:
            inside[0] = Inside()

    with mock.patch.object(boards, "MAX_BYTES", MOST_BOARD_BYTES):
        yield one
    loop.close()


def check(answer: PushResult) -> None:
    """Whatever is refused, is in words."""
    for problem in answer.problems:
        assert len(problem["error"]) < 700, problem["error"][:1000]
        assert problem["hint"]
    assert orjson.dumps(answer.as_json())


class Fire:
    """Two boards' processes, one of which asks for a password; ``check`` after some inputs, ``end``
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
            until(lambda of=streams: all(map(self.beamcast.status, of)), "their streams run", 60)
        self._numbers = count(1)
        self._inputs = self._checked = 0
        self._warm: dict[str, Size] = {}

    def check(self, inputs: int) -> None:
        """Now and then: an honest message gets through, and onto the board."""
        self._inputs += inputs
        if self._inputs - self._checked < CHECK_EVERY and self._checked:
            return
        self._checked = self._inputs
        for name, push in self.pushes.items():
            self.honest(name, push)
        if self._inputs >= WARM:
            self.warm()

    def warm(self) -> None:
        """From now on nothing is to grow."""
        self._warm = self._warm or {name: self._size(push) for name, push in self.pushes.items()}

    def bearer(self, name: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {PASSWORD}"} if name == "guarded" else {}

    def honest(self, name: str, push: Push) -> None:
        """A number that arrives in Redis."""
        number = next(self._numbers)
        honest = {"id": "honest", "type": "line", "value": number, "active_points": 1}
        answer = push.post(honest, headers=self.bearer(name))
        assert answer.status_code == 200, answer.text

        def shown() -> bool:
            newest = self.beamcast.broker.lrange(f"beamcast:{name}:card:honest", -1, -1)
            return bool(newest) and orjson.loads(newest[0])["rows"][-1][1] == number

        until(shown, "an honest message is shown")

    def end(self) -> None:
        """Stops all; fails when something has grown, broken, or left a trace in a log."""
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
        told = f"{before.pss_kb} to {after.pss_kb} kB, {before.files} to {after.files} descriptors"
        print(f"    {name}: {told}, {before.threads} to {after.threads} threads", flush=True)
        until(lambda: self._size(push).files <= before.files + MORE_FILES, "all have left", 60)
        assert after.to_redis <= CONNECTIONS * after.threads
        assert after.pss_kb - before.pss_kb < MOST_GROWTH_KB, "memory grew"


@contextmanager
def over_the_wire() -> Iterator[One]:
    """Each is answered, or its line is cut; nobody else notices."""
    fire = Fire()

    def one(chance: Random) -> int:
        push = chance.choice((fire.open, fire.guarded))
        password = PASSWORD if push is fire.guarded else ""
        inputs = chance.choice((1, 1, 1, 2, 5))
        if chance.random() < 0.5:
            data = b"".join(request(chance, password) for _ in range(inputs))
            came = answers(chance, push.port, data, ends=False)
            for code in map(int, re.findall(rb"(?:^|\n)HTTP/1\.[01] (\d{3}) ", came)):
                assert code < 500, (data[:2000], came[:500])
        else:
            data = b"".join(line(chance, password) for _ in range(inputs))
            for said in answers(chance, push.tcp_port, data, ends=True).splitlines()[:-1]:
                assert isinstance(orjson.loads(said), dict), said
        fire.check(inputs)
        return inputs

    try:
        yield one
    finally:
        fire.end()


def answers(chance: Random, port: int, data: bytes, ends: bool) -> bytes:
    """All that comes for a moment. ``ends``: we say that we have no more to say; else, or in the
    middle of it, we fall silent, or break off."""
    came = b""
    whole = chance.random() < 0.8
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as line,
        contextlib.suppress(OSError),
    ):
        line.sendall(data if whole else data[: chance.randrange(len(data) + 1)])
        if chance.random() < 0.1:  # as a crash does
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return b""
        if ends:
            line.shutdown(socket.SHUT_WR)
        line.settimeout(0.1 if ends else 0.04)
        while len(came) < 200_000 and (piece := line.recv(65536)):
            came += piece
    return came


@contextmanager
def ids() -> Iterator[One]:
    """Each id is new: after the first 500 the board has no room, and says so, and nothing grows."""
    fire = Fire()
    numbers = count()

    def one(chance: Random) -> int:
        made = [
            {"id": f"{next(numbers)} {chance.random()}", "value": 1} for _ in range(IDS_AT_ONCE)
        ]
        told = fire.open.post(*made).json()
        fire.warm()
        assert told["accepted"] + told["refused"] == IDS_AT_ONCE
        assert told["accepted"] <= boards.MAX_CARDS
        assert len(json.dumps(told)) < 10_000
        return IDS_AT_ONCE

    try:
        fire.honest("board", fire.open)
        yield one
    finally:
        fire.end()
