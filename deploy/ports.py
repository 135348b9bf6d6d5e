"""Which TCP ports of this machine are free."""

import socket


def obstacle(host: str, port: int) -> str:
    """Why no server could listen there now, in the system's words; empty when one could."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            return problem.strerror or str(problem)
    return ""


def free_row(host: str, first: int, count: int) -> int | None:
    """The lowest port from ``first`` on that begins ``count`` free ones; None without any near."""
    for port in range(first, min(first + 100, 65537 - count)):
        if not any(obstacle(host, port + i) for i in range(count)):
            return port
    return None


def loopback(wanted: int) -> int:
    """This port of 127.0.0.1 if it is free, else any free one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", wanted if not obstacle("127.0.0.1", wanted) else 0))
        return int(probe.getsockname()[1])
