"""The picture that a motion stream shows while there is none: an old one would look live."""

import io
import textwrap
from typing import Any

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 640, 480


def placeholder_image(status: dict[str, Any]) -> bytes:
    """A JPEG that says what is wrong, in the words of the stream's status."""
    state = str(status.get("state", "unknown"))
    words = str(status.get("message") or "") or "Nothing came for a while."
    picture = Image.new("L", (WIDTH, HEIGHT), 24)
    draw = ImageDraw.Draw(picture)
    draw.text((32, 150), "NO PICTURE", 255, ImageFont.load_default(48))
    draw.text((32, 214), f"stream {status.get('stream', '')}: {state[:40]}", 200, FONT)
    draw.multiline_text((32, 250), "\n".join(textwrap.wrap(words[:400], 58)), 200, FONT, spacing=8)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()


FONT = ImageFont.load_default(20)
