"""What stands before a board: reads what came in, asks for the password, and says what was wrong
with which message."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from ingest.push.board import Board
from ingest.push.message import Refused
from ingest.tally import Tally

MOST_TOLD = 20
"""refused messages that an answer names"""


class Stranger(Exception):
    """Whoever pushes has not said the password."""


@dataclass
class Answer:
    """How many messages were taken, and what is wrong with those that were not."""

    accepted: int = 0
    refused: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)
    """of the first so many: which message, from 0; error; hint"""

    def refuse(self, problem: Refused) -> None:
        """Counts one, and keeps its words."""
        if len(self.problems) < MOST_TOLD:
            number = self.accepted + self.refused
            words = {"error": str(problem), "hint": problem.hint}
            self.problems.append({"message": number, **words})
        self.refused += 1

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


class Door:
    """``passwords``: one of them has to be said; none are asked for where there are none. Used by
    one thread."""

    def __init__(self, board: Board, passwords: Iterable[str]) -> None:
        self.tally = Tally("received", "received_bytes", "refused")
        self._board = board
        self._passwords = [word.encode() for word in passwords]

    def knows(self, password: str) -> bool:
        """Whether that is one of the passwords, or none is asked for."""
        said = password.encode(errors="replace")
        right = [hmac.compare_digest(said, word) for word in self._passwords]
        return not right or any(right)

    def take_with(self, text: bytes, attached: bytes, trusted: bool) -> Answer:
        """Takes one message and the bytes that belong to it. Raises Stranger."""
        answer = Answer()
        self.tally.counts["received_bytes"] += len(text) + len(attached)
        for told in self._read(text, answer)[:1]:
            self._take(told, trusted, answer, attached)
        return answer

    def take(self, texts: Iterable[bytes], trusted: bool) -> Answer:
        """Takes what came: each text is a message, or a list of messages. ``trusted``: its sender
        has said the password already; else each message has to, in ``api_crypt``. Raises
        Stranger."""
        answer = Answer()
        for text in texts:
            self.tally.counts["received_bytes"] += len(text)
            for told in self._read(text, answer):
                self._take(told, trusted, answer)
        return answer

    def _read(self, text: bytes, answer: Answer) -> list[Any]:
        try:
            told = orjson.loads(text)
        except orjson.JSONDecodeError as problem:
            answer.refuse(
                Refused(f"no JSON: {problem}", "a message is an object, or a list of them")
            )
            self.tally.counts["refused"] += 1
            return []
        return told if isinstance(told, list) else [told]

    def _take(
        self, told: Any, trusted: bool, answer: Answer, attached: bytes | None = None
    ) -> None:
        if not trusted and not self.knows(_password(told)):
            raise Stranger
        try:
            self._board.add(told, attached)
            answer.accepted += 1
            self.tally.counts["received"] += 1
        except Refused as problem:
            answer.refuse(problem)
            self.tally.counts["refused"] += 1


def _password(told: Any) -> str:
    said = told.get("api_crypt") if isinstance(told, dict) else ""
    return said if isinstance(said, str) else ""
