"""A subscriber of a stream's frames channel, as redis-cli SUBSCRIBE is."""

import threading

import redis

from tests.support.processes import RedisServer


class FrameListener:
    """A thread that counts the messages of a stream's frames channel."""

    def __init__(self, server: RedisServer, stream: str = "camera") -> None:
        self.messages = 0
        self._pubsub = redis.Redis(port=server.port, protocol=2).pubsub()
        self._pubsub.subscribe(f"beamcast:{stream}:frames")
        confirmed = self._pubsub.get_message(timeout=10)
        assert confirmed, "Redis did not confirm the subscription"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            if self._pubsub.get_message(timeout=0.05):
                self.messages += 1

    def __enter__(self) -> "FrameListener":
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._pubsub.close()
