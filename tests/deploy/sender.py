"""A bsread source on this machine, outside the containers."""

import threading
from typing import Self

import numpy as np
from bsread import Sender

from tests.support.processes import free_port


class HostCamera:
    """A source that sends images of one size at about 20 Hz from a free port."""

    def __init__(self, width: int, height: int) -> None:
        self._image = np.arange(width * height, dtype=np.uint16).reshape(height, width)
        self._stop = threading.Event()
        self.port = free_port()
        self._sender = Sender(port=self.port, block=False)  # what nobody takes is dropped
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._sender.open()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._sender.close()

    def _run(self) -> None:
        while not self._stop.wait(0.05):
            self._sender.send(image=self._image)
