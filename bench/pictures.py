"""The pictures for the ingest benchmark: a beam spot with noise, as bsread messages."""

from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

import numpy as np

from ingest.simulator import NOISE_FRAMES, Camera
from tests.support.messages import Wired, channel, data_header, main_header


class Picture(NamedTuple):
    """A size and type of pictures, sent at ``rate_hz``, which one core sustains in all cases."""

    width: int
    height: int
    dtype: str
    compression: str
    rate_hz: float

    def __str__(self) -> str:
        suffix = "" if self.compression == "none" else f" {self.compression}"
        return f"{self.width} × {self.height} {self.dtype}{suffix}"

    def pixels(self) -> Iterator[np.ndarray]:
        """Yield a few different pictures, as arrays of rows."""
        camera = Camera(0.5, self.width, self.height)
        for pulse_id in range(NOISE_FRAMES):
            yield camera.frame(pulse_id)["image"].astype(self.dtype)

    def messages(self) -> Iterator[list[bytes]]:
        """Return an endless iterator of prepared messages that differ in their main headers."""
        bodies = [self._body(pixels) for pixels in self.pixels()]
        return ([main_header(pulse_id), *bodies[pulse_id % len(bodies)]] for pulse_id in count(1))

    def _body(self, pixels: np.ndarray) -> list[bytes]:
        """Return the parts after the main header."""
        channels: list[Wired] = [
            channel("image", pixels, compression=self.compression),
            channel("image_profile_x", pixels.sum(axis=0, dtype=np.float64)),
            channel("image_profile_y", pixels.sum(axis=1, dtype=np.float64)),
            channel("beam_energy", np.float64(3000.0)),
            channel("repetition_rate", np.float64(self.rate_hz)),
        ]
        parts = [data_header(*(wired.entry for wired in channels))]
        for wired in channels:
            parts += [wired.data, bytes(16)]
        return parts


PICTURES = (
    Picture(640, 480, "float64", "none", 100),
    Picture(1280, 1024, "uint16", "none", 50),
    Picture(2048, 2048, "uint16", "bitshuffle_lz4", 25),
)
