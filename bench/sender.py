"""The sender of the ingest benchmark: a process that sends prepared messages at a fixed rate."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import zmq

from bench.pictures import Picture
from bench.process_usage import cpu_s

SEND_QUEUE_MESSAGES = 8
TIMEOUT_S = 10.0


@dataclass(frozen=True)
class SendTask:
    """What to send to the reader that connects to ``port``; its process is ``pid``."""

    picture: Picture
    port: int
    pid: int
    seconds: float
    warm_up_s: float = 0.5


@dataclass
class SendResult:
    """The messages sent, in total and while measured, and the reader's processor time."""

    total: int
    measured: int
    seconds: float
    cpu_s: float

    @property
    def us(self) -> float:
        """Return the microseconds of processor time for each message."""
        return 1e6 * self.cpu_s / self.measured


@cache
def _messages(picture: Picture) -> Iterator[list[bytes]]:
    return picture.messages()


@cache
def _socket(port: int) -> zmq.Socket[bytes]:
    socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.PUSH)
    socket.setsockopt(zmq.SNDHWM, SEND_QUEUE_MESSAGES)
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.SNDTIMEO, round(TIMEOUT_S * 1000))
    socket.bind(f"tcp://127.0.0.1:{port}")
    return socket


def send(task: SendTask) -> SendResult:
    """Send the messages, in the sender's process; a slow reader reduces the rate."""
    socket, messages = _socket(task.port), _messages(task.picture)
    if not socket.poll(round(TIMEOUT_S * 1000), zmq.POLLOUT):
        raise TimeoutError(f"no reader connected to port {task.port}")
    period_s = 1 / task.picture.rate_hz
    warm_up = round(task.warm_up_s / period_s)
    measured = round(task.seconds / period_s)
    start = due = time.monotonic()
    before = 0.0
    for index in range(warm_up + measured):
        message = next(messages)
        time.sleep(max(0.0, due - time.monotonic()))
        if index == warm_up:
            before, start = cpu_s(task.pid), time.monotonic()
        socket.send_multipart(message, copy=False)
        due = max(due + period_s, time.monotonic())
    time.sleep(max(0.0, due - time.monotonic()))
    used_s, seconds = cpu_s(task.pid) - before, time.monotonic() - start
    return SendResult(warm_up + measured, measured, seconds, used_s)
