"""A camera, its ingest and a web worker on a Redis of their own."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from tests.browser.picture_page import four_fields
from tests.support.beamcast import Beamcast, Worker
from tests.support.camera import Camera


class CameraStack:
    """All parts of one stream called ``camera``."""

    worker: Worker

    def __init__(self, camera: Camera) -> None:
        self.beamcast = Beamcast()
        self.camera = camera
        self._is_sending = True

    def stop_camera(self) -> None:
        """Stop the camera, once."""
        if self._is_sending:
            self.camera.close()
        self._is_sending = False

    def restart_camera(self) -> None:
        """Start a camera with the same address and content."""
        self.camera = Camera(port=self.camera.port, content=self.camera.content)
        self._is_sending = True


@contextlib.contextmanager
def start_camera_stack(
    content: Callable[[int], dict[str, Any]] = four_fields,
    *ingest_options: str,
    **camera_options: Any,
) -> Iterator[CameraStack]:
    """Start a stack whose camera sends ``content(pulse_id)``, and stop it afterwards."""
    stack = CameraStack(Camera(content=content, **camera_options))
    try:
        stack.beamcast.ingest(stack.camera.address, *ingest_options)
        stack.worker = stack.beamcast.worker()
        yield stack
    finally:
        stack.stop_camera()
        stack.beamcast.stop()
