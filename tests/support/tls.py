"""An authority that signs certificates, and TLS before a server that speaks none."""

import contextlib
import socket
import ssl
import subprocess
import threading
from pathlib import Path

from tests.support.ports import Listener

HANDSHAKE = b"\x16"
"""what a TLS client sends first"""


class Authority:
    """``ca`` is the file by which its certificates are known."""

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
        """A server's key and certificate in one file, of so many days from now on."""
        made = self._directory / f"{self._name} {host} {days}.pem"
        asked = str(made) + ".csr"
        self._openssl(
            *("req", *NEW_KEY, "-keyout", str(made), "-out", asked),
            *("-subj", "/CN=redis", "-addext", f"subjectAltName={host}"),
        )
        signed = self._openssl(
            *("x509", "-req", "-in", asked, "-days", str(days), "-copy_extensions", "copy"),
            *("-CA", str(self.ca), "-CAkey", self._key),
        )
        made.write_text(made.read_text() + signed)
        return made

    def _openssl(self, *options: str) -> str:
        return subprocess.run(
            ["openssl", *options], check=True, capture_output=True, text=True
        ).stdout


NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc")


class TlsLine(Listener):
    """Forwards to a port of this machine: without TLS who comes with it, and who comes without as
    he is. Another ``certificate`` counts for who comes next."""

    def __init__(self, port: int, certificate: Path) -> None:
        self.certificate = certificate
        self._to = port
        super().__init__()

    def accepted(self, connection: socket.socket) -> None:
        threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            line = connection
            if connection.recv(1, socket.MSG_PEEK) == HANDSHAKE:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(self.certificate)
                line = context.wrap_socket(connection, server_side=True)
            with line, socket.create_connection(("127.0.0.1", self._to), 5) as server:
                server.settimeout(None)
                back = threading.Thread(target=_pump, args=(server, line), daemon=True)
                back.start()
                _pump(line, server)
                back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Hands on what comes until one of them ends, and ends both."""
    with contextlib.suppress(OSError):
        while came := source.recv(65536):
            sink.sendall(came)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
