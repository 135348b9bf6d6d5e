"""A certificate authority, and a TLS proxy before a server without TLS."""

import contextlib
import socket
import ssl
import subprocess
import threading
from pathlib import Path

from tests.support.fake_servers import SilentServer

HANDSHAKE = b"\x16"
"""The first byte that a TLS client sends."""


class Authority:
    """A certificate authority; ``ca`` is the file of its own certificate."""

    def __init__(self, directory: Path, name: str) -> None:
        self._directory = directory
        self._name = name
        self.ca = directory / f"{name}.pem"
        self._openssl(
            *("req", "-x509", *NEW_KEY, "-keyout", self._key, "-out", str(self.ca)),
            *("-subj", f"/CN={name}", "-addext", "keyUsage=critical,keyCertSign"),
        )

    @property
    def _key(self) -> str:
        return str(self._directory / f"{self._name}.key")

    def certificate(self, host: str = "IP:127.0.0.1", days: int = 1) -> Path:
        """Return a file with a server's key and certificate, valid for ``days`` from now on."""
        path = self._directory / f"{self._name} {host} {days}.pem"
        request = str(path) + ".csr"
        self._openssl(
            *("req", *NEW_KEY, "-keyout", str(path), "-out", request),
            *("-subj", "/CN=redis", "-addext", f"subjectAltName={host}"),
        )
        signed = self._openssl(
            *("x509", "-req", "-in", request, "-days", str(days), "-copy_extensions", "copy"),
            *("-CA", str(self.ca), "-CAkey", self._key),
        )
        path.write_text(path.read_text() + signed)
        return path

    def _openssl(self, *options: str) -> str:
        return subprocess.run(
            ["openssl", *options], check=True, capture_output=True, text=True
        ).stdout


NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc")


class TlsForwarder(SilentServer):
    """A proxy before a port of this machine: terminates TLS, and forwards plain connections as they
    are. A new ``certificate`` applies to later connections."""

    def __init__(self, port: int, certificate: Path) -> None:
        self.certificate = certificate
        self._to = port
        super().__init__()

    def on_connection(self, connection: socket.socket) -> None:
        threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            client = connection
            if connection.recv(1, socket.MSG_PEEK) == HANDSHAKE:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(self.certificate)
                client = context.wrap_socket(connection, server_side=True)
            with client, socket.create_connection(("127.0.0.1", self._to), 5) as server:
                server.settimeout(None)
                back = threading.Thread(target=_pump, args=(server, client), daemon=True)
                back.start()
                _pump(client, server)
                back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Forward data until one end closes; then close both."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
