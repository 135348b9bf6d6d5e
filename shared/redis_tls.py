"""A TLS connection to Redis or to a sentinel."""

import functools
import socket
import ssl

from redis.connection import SSLConnection


class SecureConnection(SSLConnection):
    """A TLS connection. The server's certificate must be for its host name, and signed by the
    authority in ``ssl_ca_certs`` or, without one, by one that the system trusts."""

    def _wrap_socket_with_ssl(self, sock: socket.socket) -> ssl.SSLSocket:
        return _context(self.ca_certs).wrap_socket(sock, server_hostname=self.host)

    def on_connect_check_health(self, check_health: bool = True) -> None:
        """Read what TLS 1.3 sends after the handshake; it arrives before the first answer.

        redis-py would take it for an unexpected answer, and close half of the connections to a
        nearby Redis.
        """
        super().on_connect_check_health(check_health)
        self.send_command("PING", check_health=False)
        self.read_response()


@functools.cache
def _context(ca: str | None) -> ssl.SSLContext:
    """Return a cached context: reading the system's certificates takes 20 ms."""
    return ssl.create_default_context(cafile=ca)
