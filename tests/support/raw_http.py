"""HTTP requests that no library would send, and a worker's count of its own faults."""

import socket

from tests.support.beamcast import Worker
from tests.support.metrics import value


def raw(worker: Worker, line: str, *headers: str, host: str = "Host: localhost") -> bytes:
    """Send a request line and headers unchanged; return the whole response."""
    with socket.create_connection(("127.0.0.1", worker.port), timeout=20) as connection:
        request = "\r\n".join((line, host, "Connection: close", *headers, "", ""))
        connection.sendall(request.encode("latin-1"))
        received = b""
        while piece := connection.recv(65536):
            received += piece
    return received


def status(answer: bytes) -> int:
    return int(answer.split()[1])


def faults(worker: Worker) -> float:
    return value(worker.url, "beamcast_web_faults_total")
