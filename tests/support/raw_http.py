"""Requests as no library would send them, and what a worker counts of its own faults."""

import socket

from tests.support.beamcast import Worker
from tests.support.metrics import value


def raw(worker: Worker, line: str, *headers: str, host: str = "Host: localhost") -> bytes:
    """The whole answer to a request as it stands."""
    with socket.create_connection(("127.0.0.1", worker.port), timeout=20) as connection:
        request = "\r\n".join((line, host, "Connection: close", *headers, "", ""))
        connection.sendall(request.encode("latin-1"))
        came = b""
        while piece := connection.recv(65536):
            came += piece
    return came


def status(answer: bytes) -> int:
    return int(answer.split()[1])


def faults(worker: Worker) -> float:
    return value(worker.url, "beamcast_web_faults_total")
