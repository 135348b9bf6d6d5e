"""What every reader of a bsread stream spends at least: receive, or receive, decode and encode.

``python -m bench.contenders.receiver ADDRESS receive|jpeg``. The second decodes the picture with
bsread's own reader and makes a JPEG with Pillow, of 8-bit pixels that are there already: it does
not scale.
"""

import sys

import zmq

from bench.contenders.least import Decoder, connect, grey, jpeg


def main(address: str, task: str) -> None:
    """Receives until it is ended."""
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
