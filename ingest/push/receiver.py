"""What stands before a board: reads what came in, asks for the password, and says what was wrong
with which message."""

import asyncio
import hmac
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import orjson

from ingest.counters import Counters
from ingest.push.board import Board
from ingest.push.limits import SMALL_BYTES, Limits
from ingest.push.message import InvalidMessage

MOST_TOLD = 20
"""refused messages that an answer names"""
TURN = 500
"""messages, after which others have their turn"""
TURNED_AWAY = ("strangers", "too_large", "too_slow", "too_many_connections", "too_many_bytes")
"""why requests and connections are; ``too_fast`` are messages"""


class Unauthorized(Exception):
    """Whoever pushes has not said the password. ``guessed``: but a wrong one."""

    def __init__(self, guessed: bool) -> None:
        super().__init__("this needs the password")
        self.guessed = guessed


@dataclass
class PushResult:
    """How many messages were taken, and what is wrong with those that were not."""

    accepted: int = 0
    refused: int = 0
    too_fast: int = 0
    """of those that were refused"""
    is_known: bool = False
    """whether a message of these has said the password, or none was asked for"""
    not_json: str = ""
    """what is wrong with the last text that could not be parsed"""
    problems: list[dict[str, Any]] = field(default_factory=list)
    """of the first so many: which message, from 0; error; hint"""

    def tell(self, problem: InvalidMessage) -> None:
        """Keeps the words about the message that was counted last."""
        if len(self.problems) < MOST_TOLD:
            number = self.accepted + self.refused - 1
            words = {"error": str(problem), "hint": problem.hint}
            self.problems.append({"message": number, **words})

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"accepted": self.accepted}
        if self.refused:
            first = self.problems[0]
            told |= {
                "refused": self.refused,
                "error": f"message {first['message']}: {first['error']}",
                "hint": first["hint"],
                "problems": self.problems,
            }
        return told


class MessageReceiver:
    """``passwords``: one of them has to be said; none are asked for where there are none. Used by
    one thread."""

    def __init__(self, board: Board, passwords: Iterable[str], limits: Limits) -> None:
        self.tally = Counters("received", "received_bytes", "refused", "too_fast", *TURNED_AWAY)
        self.limits = limits
        self._board = board
        self._passwords = [word.encode() for word in passwords]
        self._large = asyncio.Lock()
        """held while a large text is taken: read, it is up to twenty times as large"""

    def knows(self, password: str) -> bool:
        """Whether that is one of the passwords, or none is asked for."""
        said = password.encode(errors="replace")
        right = [hmac.compare_digest(said, word) for word in self._passwords]
        return not right or any(right)

    def ask(self, told: Any) -> None:
        """Raises Stranger for a message without the password."""
        said = told.get("api_crypt") if isinstance(told, dict) else ""
        said = said if isinstance(said, str) else ""
        if not self.knows(said):
            raise Unauthorized(guessed=bool(said))

    def turn_away(self, why: str) -> None:
        """Counts whom we do not listen to."""
        self.tally.counts[why] += 1

    async def keep_waiting(self, address: str) -> None:
        """Somebody there has said a wrong password, and waits for the answer."""
        wait_s = self.limits.wrong_password(address)
        self.tally.error("strangers", f"{address} has said a wrong password")
        await asyncio.sleep(wait_s)

    def take_with(
        self, text: bytes, attached: bytes | None, address: str, trusted: bool
    ) -> PushResult:
        """Takes one message and the bytes that belong to it. Raises Stranger."""
        answer = PushResult()
        self.tally.counts["received_bytes"] += len(text)
        several = self._read(text, address, answer)
        if len(several) == 1:
            return self.take_one(several[0], attached, address, trusted)
        if not answer.refused:
            words = f"{len(several)} messages came where bytes may follow one"
            self._refuse(InvalidMessage(words, "a message is an object"), answer)
        return answer

    def take_one(
        self, told: Any, attached: bytes | None, address: str, trusted: bool
    ) -> PushResult:
        """The same for a message as JSON had it."""
        answer = PushResult()
        self.tally.counts["received_bytes"] += len(attached or b"")
        self._take(told, address, trusted, answer, attached)
        return answer

    async def take(self, texts: Iterable[bytes], address: str, trusted: bool) -> PushResult:
        """Takes what came: each text is a message, or a list of messages. ``trusted``: its sender
        has said the password already; else each message has to, in ``api_crypt``. Raises
        Stranger."""
        answer, turn = PushResult(), count(1)
        for text in texts:
            self.tally.counts["received_bytes"] += len(text)
            async with self._large if len(text) > SMALL_BYTES else nullcontext():
                several = self._read(text, address, answer) if text.strip() else ()
                for number, told in enumerate(several):
                    self._take(told, address, trusted, answer)
                    if answer.too_fast:
                        self._drop(len(several) - number - 1, answer)
                        break
                    if next(turn) % TURN == 0:
                        await asyncio.sleep(0)
            if next(turn) % TURN == 0:
                await asyncio.sleep(0)
        return answer

    def _read(self, text: bytes, address: str, answer: PushResult) -> list[Any]:
        if answer.too_fast:
            self._drop(1, answer)
            return []
        try:
            told = orjson.loads(text)
        except orjson.JSONDecodeError as problem:
            answer.not_json = str(problem)
            if self._in_time(address, answer):
                words = f"no JSON: {problem}"
                self._refuse(
                    InvalidMessage(words, "a message is an object, or a list of them"), answer
                )
            return []
        return told if isinstance(told, list) else [told]

    def _take(
        self,
        told: Any,
        address: str,
        trusted: bool,
        answer: PushResult,
        attached: bytes | None = None,
    ) -> None:
        if not trusted:
            self.ask(told)
        answer.is_known = True
        if not self._in_time(address, answer):
            return
        try:
            self._board.add(told, attached)
            answer.accepted += 1
            self.tally.counts["received"] += 1
        except InvalidMessage as problem:
            self._refuse(problem, answer)

    def _in_time(self, address: str, answer: PushResult) -> bool:
        if self.limits.may_send(address):
            return True
        self._drop(1, answer)
        words = f"more than {self.limits.max_per_s} messages a second come from {address}"
        answer.tell(InvalidMessage(words, "BEAMCAST_PUSH_MAX_PER_S; or send fewer"))
        return False

    def _drop(self, several: int, answer: PushResult) -> None:
        """Counts what comes too fast, and is not even looked at."""
        answer.refused += several
        answer.too_fast += several
        self.tally.counts["refused"] += several
        self.tally.counts["too_fast"] += several

    def _refuse(self, problem: InvalidMessage, answer: PushResult) -> None:
        answer.refused += 1
        answer.tell(problem)
        self.tally.counts["refused"] += 1
