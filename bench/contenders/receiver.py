"""A minimal reader of a bsread stream: receives only, or receives, decodes and encodes.

``python -m bench.contenders.receiver ADDRESS receive|jpeg``. The second decodes the picture with
bsread's own reader, and encodes a prepared 8-bit image with Pillow, without scaling the new one.
"""

import sys

import zmq

from bench.contenders.simple_decoder import Decoder, connect, to_grey, to_jpeg


def main(address: str, task: str) -> None:
    """Receive until the process is terminated."""
    source = connect(zmq.PULL, address)
    if task == "receive":
        while True:
            source.recv_multipart(copy=False)
    decoder = Decoder()
    image = to_grey(decoder.decode(source.recv_multipart(copy=False)))
    while True:
        decoder.decode(source.recv_multipart(copy=False))
        to_jpeg(image)


if __name__ == "__main__":
    main(*sys.argv[1:])
