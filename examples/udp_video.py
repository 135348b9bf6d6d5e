"""A moving picture as MPEG-TS over UDP, to try video without a camera; its bar goes round in 4 s.

    python examples/udp_video.py [--port 5004] [--seconds 600]

Whoever listens at udp://127.0.0.1:5004 sees it: sh examples/video.sh udp://127.0.0.1:5004 film
"""

import argparse
import time
from fractions import Fraction

import av
import numpy as np

WIDTH, HEIGHT, RATE_HZ = 320, 240, 25


def upto(most):
    """An option's text as a number from 1 to this."""

    def parse(text):
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r}; allowed is an integer from 1 to {most}")
        return int(text)

    return parse


options = argparse.ArgumentParser(
    description="Sends a moving picture to a UDP port of this machine."
)
options.add_argument("--port", type=upto(65535), default=5004)
options.add_argument("--seconds", type=upto(86400), default=600)
asked = options.parse_args()

picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
picture[..., 1] = np.linspace(0, 160, HEIGHT)[:, None]
picture[..., 2] = np.linspace(160, 40, WIDTH)

address = f"udp://127.0.0.1:{asked.port}?pkt_size=1316"
with av.open(address, "w", format="mpegts") as line:
    stream = line.add_stream("libx264", rate=RATE_HZ)
    stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    # A whole picture each second, as whoever begins to listen waits for one.
    stream.options = {"preset": "ultrafast", "tune": "zerolatency", "g": str(RATE_HZ)}
    began = time.monotonic()
    for number in range(asked.seconds * RATE_HZ):
        shown = picture.copy()
        left = number * 3 % (WIDTH - 20)
        shown[:, left : left + 20] = 255
        frame = av.VideoFrame.from_ndarray(shown, format="rgb24")
        frame.pts, frame.time_base = number, Fraction(1, RATE_HZ)
        line.mux(stream.encode(frame))
        time.sleep(max(0.0, began + (number + 1) / RATE_HZ - time.monotonic()))
