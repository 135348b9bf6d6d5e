"""Socket.IO's message queue: what programs send to the viewers of all workers.

Other programs on the same Redis may use Socket.IO too, or publish anything. Of the messages only a
``notice`` with a text to all viewers is passed on: it is read as JSON, and its text alone is used.
Nothing is unpickled.
"""

import random
import time
from collections.abc import Callable
from typing import Any

import orjson

from shared.allowance import Allowance
from shared.broker import Broker, BrokerError, next_message
from web.metrics import REFUSED

POLL_S = 1.0
RETRY_S = 1.0
MAX_TEXT_CHARS = 1000
"""The page shows no more."""
MAX_NOTICES_PER_S = 5.0
"""Each is queued for every viewer, and a slow line sends none of them."""


class Notices:
    """Read by one thread; ``emit`` sends an event with its payload to every viewer of this
    worker."""

    def __init__(self, broker: Broker, emit: Callable[[str, dict[str, str]], None]) -> None:
        self._broker = broker
        self._emit = emit
        self._allowance = Allowance(MAX_NOTICES_PER_S)

    def run(self) -> None:
        """Passes notices on for as long as the worker runs."""
        while True:
            try:
                with self._broker.pubsub() as queue:
                    queue.subscribe(self._broker.names.notices)
                    while True:
                        message = next_message(queue, POLL_S)
                        if message and message["type"] == "message":
                            self._pass_on(message["data"])
            except BrokerError:
                time.sleep(RETRY_S * random.uniform(0.5, 1.0))

    def _pass_on(self, message: bytes) -> None:
        text = notice(message)
        if text is None or not self._allowance.take_one():
            REFUSED.labels("notice").inc()
        else:
            self._emit("notice", {"text": text})


def notice(message: bytes) -> str | None:
    """The text of a notice to all viewers, as ``SocketIO(message_queue=…).emit("notice", {"text":
    …})`` publishes it: JSON ``{"method": "emit", "event", "data": [payload], "namespace",
    "room"}``. None for every other message."""
    try:
        sent: Any = orjson.loads(message)
    except orjson.JSONDecodeError:
        return None
    match sent:
        case {"method": "emit", "event": "notice", "data": {"text": str(text)}}:
            pass
        case {"method": "emit", "event": "notice", "data": [{"text": str(text)}]}:
            pass
        case _:
            return None
    is_to_all = sent.get("namespace") in (None, "/") and sent.get("room") is None
    is_plain = not sent.get("binary") and sent.get("callback") is None
    return text[:MAX_TEXT_CHARS] if is_to_all and is_plain else None
