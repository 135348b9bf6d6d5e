"""The minimal readers of a bsread stream: receive only, or receive, decode and encode.

``python -m bench.contenders.receiver ADDRESS receive|jpeg``. The second decodes the picture with
bsread's own reader and makes a JPEG with Pillow, of prepared 8-bit pixels: it does not scale.
"""

import sys

import zmq

from bench.contenders.least import Decoder, connect, grey, jpeg


def main(address: str, task: str) -> None:
    """Receive until the process is ended."""
    source = connect(zmq.PULL, address)
    if task == "receive":
        while True:
            source.recv_multipart(copy=False)
    decoder = Decoder()
    image = grey(decoder.pixels(source.recv_multipart(copy=False)))
    while True:
        decoder.pixels(source.recv_multipart(copy=False))
        jpeg(image)


if __name__ == "__main__":
    main(*sys.argv[1:])
