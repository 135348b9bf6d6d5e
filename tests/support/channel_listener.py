"""A subscriber of all frames channels of a stream, as ``redis-cli PSUBSCRIBE`` is."""

from collections import defaultdict

import redis

from tests.support.waiting import until


class ChannelListener:
    """Collects, when polled, the envelopes of each channel (``full``, ``half@CAM2``)."""

    def __init__(self, port: int) -> None:
        self.messages: dict[str, list[bytes]] = defaultdict(list)
        self._pubsub = redis.Redis(port=port, protocol=2).pubsub(ignore_subscribe_messages=True)
        self._pubsub.psubscribe("beamcast:camera:frames*")
        self._pubsub.get_message(timeout=5)  # the confirmation of the subscription

    def poll(self) -> None:
        """Collect the messages received so far."""
        while (message := self._pubsub.get_message(timeout=0)) is not None:
            channel = message["channel"].decode().removeprefix("beamcast:camera:frames")
            self.messages[channel.removeprefix(":") or "full"].append(message["data"])

    def wait_for(self, *channels: str, frames: int = 3) -> None:
        """Wait for ``frames`` more frames of each channel."""
        targets = {name: len(self.messages[name]) + frames for name in channels}

        def received() -> bool:
            self.poll()
            return all(len(self.messages[name]) >= count for name, count in targets.items())

        until(received, f"{frames} frames of {channels}")

    def close(self) -> None:
        """End the subscription."""
        self._pubsub.close()
