"""Damaged images: nothing is printed on standard error."""

import contextlib
import io

import numpy as np
import pytest
from PIL import Image

from ingest.push.image_data import FORMATS, Encoded
from shared.compression import BadData

NOISE = np.random.default_rng(1).integers(0, 256, (256, 256), np.uint8)


def damaged(kind: str, **options: object) -> bytes:
    """Return an image file whose pixels are damaged, but not its header."""
    file = io.BytesIO()
    Image.fromarray(NOISE).save(file, kind, **options)
    data = bytearray(file.getvalue())
    for start in range(1000, len(data) - 1000, 500):
        data[start : start + 8] = b"\xff\x00\xff\xfe\x00\x01\xff\xff"
    return bytes(data)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        *[("TIFF", {"compression": f"tiff_{way}"}) for way in ("lzw", "adobe_deflate", "jpeg")],
        *[(kind, {}) for kind in FORMATS],
    ],
    ids=str,
)
def test_no_decoder_writes_past_the_log(
    capfd: pytest.CaptureFixture[str], kind: str, options: dict[str, object]
) -> None:
    data, mode = damaged(kind, **options), "RGB" if kind == "WEBP" else "L"

    with contextlib.suppress(BadData):
        assert bytes(Encoded(data, mode, NOISE.size).buffer) != NOISE.tobytes()

    assert capfd.readouterr() == ("", "")
