"""Authenticate and parse incoming messages, and add them to the board."""

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
from ingest.push.limits import SMALL_MESSAGE_BYTES, Limits
from ingest.push.message import InvalidMessage

MAX_PROBLEMS = 20
"""refused messages that an answer lists"""
YIELD_EVERY = 500
"""messages, after which other connections have their turn"""
REJECTION_COUNTERS = (
    "strangers",
    "too_large",
    "too_slow",
    "too_many_connections",
    "too_many_bytes",
)
"""of requests and connections; ``too_fast`` counts messages"""


class Unauthorized(Exception):
    """A message without a valid password."""

    def __init__(self, has_password: bool) -> None:
        super().__init__("wrong password" if has_password else "authentication required")
        self.has_password = has_password
        """whether a wrong password was sent, instead of none"""


@dataclass
class PushResult:
    """How many messages were accepted, and what is wrong with the others."""

    accepted: int = 0
    refused: int = 0
    too_fast: int = 0
    """of the refused ones"""
    is_authenticated: bool = False
    """whether a message contained a valid password, or none is needed"""
    json_error: str = ""
    """of the last text that could not be parsed: its column, if it is one line, and the reason"""
    problems: list[dict[str, Any]] = field(default_factory=list)
    """of the first ``MAX_PROBLEMS`` refused messages: ``message`` (from 0), ``error``, ``hint``"""

    def add_problem(self, error: InvalidMessage) -> None:
        """Record the error of the message that was counted last."""
        if len(self.problems) < MAX_PROBLEMS:
            number = self.accepted + self.refused - 1
            self.problems.append({"message": number, "error": str(error), "hint": error.hint})

    def as_json(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"accepted": self.accepted}
        if self.refused:
            first = self.problems[0]
            answer |= {
                "refused": self.refused,
                "error": f"message {first['message']}: {first['error']}",
                "hint": first["hint"],
                "problems": self.problems,
            }
        return answer


class MessageReceiver:
    """Takes messages for a board; used by one thread.

    ``passwords``: clients have to send one of them; without any, no password is needed.
    """

    def __init__(self, board: Board, passwords: Iterable[str], limits: Limits) -> None:
        self.counters = Counters(
            "received", "received_bytes", "refused", "too_fast", *REJECTION_COUNTERS
        )
        self.limits = limits
        self._board = board
        self._passwords = [password.encode() for password in passwords]
        self._large = asyncio.Lock()
        """acquired while a large text is processed: parsed, it takes up to twenty times its size"""

    def accepts_password(self, password: str) -> bool:
        """Return whether that is one of the passwords, or none is needed."""
        encoded = password.encode(errors="replace")
        matches = [hmac.compare_digest(encoded, valid) for valid in self._passwords]
        return not matches or any(matches)

    def authenticate(self, payload: Any) -> None:
        """Check the ``api_crypt`` of a message; raises Unauthorized."""
        password = payload.get("api_crypt") if isinstance(payload, dict) else ""
        password = password if isinstance(password, str) else ""
        if not self.accepts_password(password):
            raise Unauthorized(has_password=bool(password))

    def count_rejection(self, counter: str) -> None:
        """Count a rejected request or connection; ``counter``: one of ``REJECTION_COUNTERS``."""
        self.counters.counts[counter] += 1

    async def delay_response(self, address: str) -> None:
        """Count a wrong password from an address, and wait before it is answered."""
        delay_s = self.limits.count_wrong_password(address)
        self.counters.error("strangers", f"wrong password from {address}")
        await asyncio.sleep(delay_s)

    def receive_text_with_data(
        self, text: bytes, data: bytes | None, address: str, trusted: bool
    ) -> PushResult:
        """Take one message, as JSON text, and the bytes that belong to it; raises Unauthorized."""
        result = PushResult()
        self.counters.counts["received_bytes"] += len(text)
        payloads = self._parse(text, address, result)
        if len(payloads) == 1:
            return self.receive_with_data(payloads[0], data, address, trusted)
        if not result.refused:
            error = f"binary data belongs to one message, not to {len(payloads)}"
            self._refuse(InvalidMessage(error, "send one JSON object before the bytes"), result)
        return result

    def receive_with_data(
        self, payload: Any, data: bytes | None, address: str, trusted: bool
    ) -> PushResult:
        """Take one message, as decoded JSON, and the bytes that belong to it."""
        result = PushResult()
        self.counters.counts["received_bytes"] += len(data or b"")
        self._add(payload, address, trusted, result, data)
        return result

    async def receive(self, texts: Iterable[bytes], address: str, trusted: bool) -> PushResult:
        """Take JSON texts, each a message or a list of messages; raises Unauthorized.

        ``trusted``: the client is authenticated already; otherwise each message needs the password
        in ``api_crypt``.
        """
        result, turn = PushResult(), count(1)
        for text in texts:
            self.counters.counts["received_bytes"] += len(text)
            async with self._large if len(text) > SMALL_MESSAGE_BYTES else nullcontext():
                payloads = self._parse(text, address, result) if text.strip() else ()
                for number, payload in enumerate(payloads):
                    self._add(payload, address, trusted, result)
                    if result.too_fast:
                        self._drop(len(payloads) - number - 1, result)
                        break
                    if next(turn) % YIELD_EVERY == 0:
                        await asyncio.sleep(0)
            if next(turn) % YIELD_EVERY == 0:
                await asyncio.sleep(0)
        return result

    def _parse(self, text: bytes, address: str, result: PushResult) -> list[Any]:
        if result.too_fast:
            self._drop(1, result)
            return []
        try:
            payload = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            result.json_error = f"column {error.pos + 1}: {error.msg}"
            if self._check_rate(address, result):
                place = f"line {error.lineno}, column {error.colno}"
                hint = "a message is a JSON object; several are a list of them"
                self._refuse(InvalidMessage(f"invalid JSON at {place}: {error.msg}", hint), result)
            return []
        return payload if isinstance(payload, list) else [payload]

    def _add(
        self,
        payload: Any,
        address: str,
        trusted: bool,
        result: PushResult,
        data: bytes | None = None,
    ) -> None:
        if not trusted:
            self.authenticate(payload)
        result.is_authenticated = True
        if not self._check_rate(address, result):
            return
        try:
            self._board.add(payload, data)
            result.accepted += 1
            self.counters.counts["received"] += 1
        except InvalidMessage as error:
            self._refuse(error, result)

    def _check_rate(self, address: str, result: PushResult) -> bool:
        if self.limits.may_send(address):
            return True
        self._drop(1, result)
        limit = f"more than {self.limits.max_per_s} messages per second from {address}"
        hint = "send fewer messages, or raise BEAMCAST_PUSH_MAX_PER_S"
        result.add_problem(InvalidMessage(f"rate limit exceeded: {limit}", hint))
        return False

    def _drop(self, number: int, result: PushResult) -> None:
        """Count messages above the rate limit, which are not parsed or checked."""
        result.refused += number
        result.too_fast += number
        self.counters.counts["refused"] += number
        self.counters.counts["too_fast"] += number

    def _refuse(self, error: InvalidMessage, result: PushResult) -> None:
        result.refused += 1
        result.add_problem(error)
        self.counters.counts["refused"] += 1
