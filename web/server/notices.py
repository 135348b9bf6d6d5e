"""Notices to the viewers of all workers, sent by other programs over Socket.IO's message queue.

Other programs on the same Redis may use Socket.IO too, or publish anything. Only a ``notice`` with
a text to all viewers is passed on: the message is read as JSON, and its text alone is used. Nothing
is unpickled.

``docs/decisions/0015-notices.md`` says why ``socketio.PubSubManager`` is not used.
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
"""Each is queued for every viewer, and a blocked connection sends none of them."""


class NoticesLog(logging.LoggerAdapter[logging.Logger]):
    """A log whose lines begin with their subject."""

    def process(self, msg: str, kwargs: Any) -> Any:
        return f"notices: {msg}", kwargs


class Notices:
    """The listener for notices, one thread; ``emit`` sends an event with its payload to every
    viewer of this worker."""

    def __init__(self, broker: Broker, emit: Callable[[str, dict[str, str]], None]) -> None:
        self._broker = broker
        self._emit = emit
        self._bucket = TokenBucket(MAX_NOTICES_PER_S)
        self._state = BrokerState(NoticesLog(log))

    def start(self) -> None:
        """Listen in a background thread for as long as the worker runs."""
        run_periodically(self.listen, RETRY_S, "notices")

    def listen(self) -> None:
        """Pass notices on until Redis fails. Of its faults only a missing right is logged: the
        others stop the whole worker, and ``BrokerHealth`` logs them."""
        try:
            with self._broker.pubsub() as queue:
                queue.subscribe(self._broker.names.notices)
                while True:
                    message = next_message(queue, POLL_S)
                    if message and message["type"] == "message":
                        self._pass_on(message["data"])
                    elif message:
                        self._state.on_success()
        except BrokerError as error:
            if explain(error).kind == "rights":
                self._state.on_error(error)

    def _pass_on(self, message: bytes) -> None:
        text = notice_text(message)
        if text is None or not self._bucket.try_take():
            REFUSED.labels("notice").inc()
        else:
            self._emit("notice", {"text": text})


def notice_text(message: bytes) -> str | None:
    """Return the text of a notice to all viewers, or None for every other message.

    ``SocketIO(message_queue=…).emit("notice", {"text": …})`` publishes it as the JSON ``{"method":
    "emit", "event", "data": [payload], "namespace", "room"}``.
    """
    try:
        fields: Any = orjson.loads(message)
    except orjson.JSONDecodeError:
        return None
    match fields:
        case {"method": "emit", "event": "notice", "data": {"text": str(text)}}:
            pass
        case {"method": "emit", "event": "notice", "data": [{"text": str(text)}]}:
            pass
        case _:
            return None
    is_to_all = fields.get("namespace") in (None, "/") and fields.get("room") is None
    is_plain = not fields.get("binary") and fields.get("callback") is None
    return text[:MAX_TEXT_CHARS] if is_to_all and is_plain else None
