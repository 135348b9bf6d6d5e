"""Hears every channel of a stream's frames, as ``redis-cli PSUBSCRIBE`` does."""

from collections import defaultdict

import redis

from tests.support.waiting import until


class Listener:
    """``messages``: channel (``full``, ``half@CAM2``) → its envelopes so far, when heard."""

    def __init__(self, port: int) -> None:
        self.messages: dict[str, list[bytes]] = defaultdict(list)
        self._pubsub = redis.Redis(port=port, protocol=2).pubsub(ignore_subscribe_messages=True)
        self._pubsub.psubscribe("beamcast:camera:frames*")
        self._pubsub.get_message(timeout=5)  # that it is subscribed

    def hear(self) -> None:
        """Takes what has come."""
        while (message := self._pubsub.get_message(timeout=0)) is not None:
            channel = message["channel"].decode().removeprefix("beamcast:camera:frames")
            self.messages[channel.removeprefix(":") or "full"].append(message["data"])

    def until_heard(self, *channels: str, frames: int = 3) -> None:
        """So many more frames of each."""
        wanted = {name: len(self.messages[name]) + frames for name in channels}

        def heard() -> bool:
            self.hear()
            return all(len(self.messages[name]) >= count for name, count in wanted.items())

        until(heard, f"{frames} frames of {channels}")

    def close(self) -> None:
        """Hears no more."""
        self._pubsub.close()
