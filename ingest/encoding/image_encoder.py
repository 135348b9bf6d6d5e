"""Encodes an image as JPEG in each demanded size and scale."""

from ingest.encoding.bad_pixels import BadPixels, find_bad_pixels
from ingest.encoding.images import ImageTask
from ingest.encoding.jpeg import JpegEncoder, JpegImage
from ingest.encoding.log_scaling import GAIN, LogScaler
from ingest.encoding.scaling import Scaler
from shared.renditions import LOG_SIZES, PRECISE, SIZES


class ImageEncoder:
    """The encoders of one thread, which must be closed."""

    def __init__(self, quality: int) -> None:
        self._quality = quality
        self._scaler = Scaler()
        self._log_scaler = LogScaler()
        self._jpeg_encoder = JpegEncoder()

    def close(self) -> None:
        """Free the memory of the JPEG encoder."""
        self._jpeg_encoder.close()

    def encode(self, task: ImageTask) -> None:
        """Encode the image once in each demanded size, and determine its facts; grey levels are
        calculated once for each demanded scale. Raises CannotRender."""
        if task.pixels is None:
            return
        sizes = task.demand.sizes
        jpegs: dict[str, JpegImage] = {}
        if linear := sizes - LOG_SIZES.keys():  # precise tiles, whose facts are of this scale, too
            grey, task.facts = self._scaler.scale(task.pixels, *task.levels)
            for size in linear - {PRECISE}:
                jpegs[size] = self._jpeg_encoder.encode(
                    grey, task.facts, SIZES[size], self._quality
                )
        if logarithmic := {LOG_SIZES[size]: size for size in sizes & LOG_SIZES.keys()}:
            greys, facts = self._log_scaler.scale(task.pixels, *task.log_levels, logarithmic)
            for divisor, size in logarithmic.items():
                jpeg = self._jpeg_encoder.encode(greys[divisor], facts, 1, self._quality)
                jpegs[size] = jpeg._replace(reduced=divisor, log_gain=GAIN)
        bad: dict[int, BadPixels] = {}
        for size, jpeg in jpegs.items():
            if jpeg.facts.n_bad:
                divisor = jpeg.reduced
                bad[divisor] = bad.get(divisor) or find_bad_pixels(task.pixels, divisor)
                jpegs[size] = jpeg._replace(bad=bad[divisor])
        task.jpegs.update(jpegs)
