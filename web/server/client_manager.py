"""Socket.IO's message queue: what programs send to the viewers of all workers.

Other programs on the same Redis may use Socket.IO too, or publish anything. Of the messages only a
``notice`` with a text to all viewers is passed on: it is read as JSON, and its text alone is used.
Nothing is unpickled.
"""

import logging
from collections.abc import Callable
from typing import Any

import orjson

from shared.broker import Broker, BrokerError, next_message
from shared.broker_fault import BrokerState, explain
from shared.token_bucket import TokenBucket
from web.background import run_periodically
from web.metrics import REFUSED

log = logging.getLogger(__name__)

POLL_S = 1.0
RETRY_S = 1.0
MAX_TEXT_CHARS = 1000
"""The page shows no more."""
MAX_NOTICES_PER_S = 5.0
"""Each is queued for every viewer, and a slow line sends none of them."""


class ForNotices(logging.LoggerAdapter[logging.Logger]):
    """Says in each line what it is about."""

    def process(self, msg: str, kwargs: Any) -> Any:
        return f"notices: {msg}", kwargs


class Notices:
    """Passed on by one thread; ``emit`` sends an event with its payload to every viewer of this
    worker."""

    def __init__(self, broker: Broker, emit: Callable[[str, dict[str, str]], None]) -> None:
        self._broker = broker
        self._emit = emit
        self._allowance = TokenBucket(MAX_NOTICES_PER_S)
        self._state = BrokerState(ForNotices(log))

    def start(self) -> None:
        """Passes notices on for as long as the worker runs, in a thread of its own."""
        run_periodically(self.listen, RETRY_S, "notices")

    def listen(self) -> None:
        """Passes notices on until Redis fails. Of its faults only a missing right is logged: the
        others keep the whole worker from its work, and are logged there (``BrokerWatch``)."""
        try:
            with self._broker.pubsub() as queue:
                queue.subscribe(self._broker.names.notices)
                while True:
                    message = next_message(queue, POLL_S)
                    if message and message["type"] == "message":
                        self._pass_on(message["data"])
                    elif message:
                        self._state.works()
        except BrokerError as problem:
            if explain(problem).kind == "rights":
                self._state.failed(problem)

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
