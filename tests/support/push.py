"""A running ``python -m ingest.push``, and ways to send messages to it."""

import json
import re
import socket
from pathlib import Path
from typing import Any

import requests

from tests.support.processes import Process, RedisServer, free_port, python
from tests.support.waiting import until


class Push:
    """A process of ``ingest.push`` that accepts messages."""

    def __init__(self, redis: RedisServer, *options: str) -> None:
        self.port, self.tcp_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}/push"
        self.process: Process = python(
            *("ingest.push", "--redis", redis.url_of("ingest"), "--push-port", str(self.port)),
            *("--push-tcp-port", str(self.tcp_port), "--push-metrics-port", "0", *options),
        )
        until(lambda: "one JSON message per line" in self.process.output, "it listens")

    def peak_kb(self) -> int:
        """Return the peak memory of the process."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(r"^VmHWM:\s+(\d+)", text, re.M)[0])

    def post(self, *messages: Any, **options: Any) -> requests.Response:
        return requests.post(self.url, json=list(messages), timeout=10, **options)

    def send(self, text: bytes) -> list[Any]:
        """Send a text over TCP and close our half; return the lines of answer, decoded."""
        with socket.create_connection(("127.0.0.1", self.tcp_port), 10) as connection:
            connection.sendall(text)
            connection.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        return [json.loads(each) for each in answer.splitlines()]
