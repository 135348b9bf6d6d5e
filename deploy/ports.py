"""Find free TCP ports of this machine."""

import socket


def bind_error(host: str, port: int) -> str:
    """Return the system's error for a server that listens there; empty if it could."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.strerror or str(error)
    return ""


def find_free_ports(host: str, first: int, count: int) -> int | None:
    """Return the first of ``count`` consecutive free ports within 100 from ``first``, or None."""
    for port in range(first, min(first + 100, 65537 - count)):
        if not any(bind_error(host, port + i) for i in range(count)):
            return port
    return None


def choose_port(preferred: int) -> int:
    """Return this port if it is free on every address of this machine, otherwise any free one."""
    if not bind_error("0.0.0.0", preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind(("0.0.0.0", 0))
        return int(probe.getsockname()[1])
