"""A connection to Redis, or to a sentinel, with TLS."""

import functools
import socket
import ssl

from redis.connection import SSLConnection


class SecureConnection(SSLConnection):
    """The certificate has to be signed by the authority in ``ssl_ca_certs``, else by one that the
    system trusts, and made out for the host."""

    def _wrap_socket_with_ssl(self, sock: socket.socket) -> ssl.SSLSocket:
        return _context(self.ca_certs).wrap_socket(sock, server_hostname=self.host)

    def on_connect_check_health(self, check_health: bool = True) -> None:
        """Takes what TLS 1.3 sends after the handshake; it comes before the first answer.

        redis-py would take it for an answer that nobody asked for, and give up half of the
        connections to a near Redis.
        """
        super().on_connect_check_health(check_health)
        self.send_command("PING", check_health=False)
        self.read_response()


@functools.cache
def _context(ca: str | None) -> ssl.SSLContext:
    """Made once: to read the system's certificates takes 20 ms."""
    return ssl.create_default_context(cafile=ca)
