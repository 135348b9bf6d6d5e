"""Send a test video as MPEG-TS over UDP, to try video without a camera; a bar moves across it.

    python examples/udp_video.py [--port 5004] [--seconds 600]

Show it with: sh examples/video.sh udp://127.0.0.1:5004 film
"""

import argparse
import time
from fractions import Fraction

import av
import numpy as np

WIDTH, HEIGHT, RATE_HZ = 320, 240, 25


def integer_up_to(maximum):
    """Return a parser for an option that is an integer from 1 to ``maximum``."""

    def parse(text):
        if not text.isdecimal() or not 1 <= int(text) <= maximum:
            raise argparse.ArgumentTypeError(f"{text!r}; allowed is an integer from 1 to {maximum}")
        return int(text)

    return parse


parser = argparse.ArgumentParser(description="Send a test video to a UDP port of this machine.")
parser.add_argument("--port", type=integer_up_to(65535), default=5004)
parser.add_argument("--seconds", type=integer_up_to(86400), default=600)
arguments = parser.parse_args()

background = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
background[..., 1] = np.linspace(0, 160, HEIGHT)[:, None]
background[..., 2] = np.linspace(160, 40, WIDTH)

address = f"udp://127.0.0.1:{arguments.port}?pkt_size=1316"
with av.open(address, "w", format="mpegts") as container:
    stream = container.add_stream("libx264", rate=RATE_HZ)
    stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    # A key frame each second: new receivers have to wait for one.
    stream.options = {"preset": "ultrafast", "tune": "zerolatency", "g": str(RATE_HZ)}
    started = time.monotonic()
    for number in range(arguments.seconds * RATE_HZ):
        pixels = background.copy()
        left = number * 3 % (WIDTH - 20)
        pixels[:, left : left + 20] = 255
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        frame.pts, frame.time_base = number, Fraction(1, RATE_HZ)
        container.mux(stream.encode(frame))
        time.sleep(max(0.0, started + (number + 1) / RATE_HZ - time.monotonic()))
