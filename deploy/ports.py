"""Which TCP ports of this machine are free."""

import socket


def bind_error(host: str, port: int) -> str:
    """Why no server could listen there now, in the system's words; empty when one could."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            return problem.strerror or str(problem)
    return ""


def find_free_ports(host: str, first: int, count: int) -> int | None:
    """The lowest port from ``first`` on that begins ``count`` free ones; None without any near."""
    for port in range(first, min(first + 100, 65537 - count)):
        if not any(bind_error(host, port + i) for i in range(count)):
            return port
    return None


def choose_port(wanted: int) -> int:
    """This port if it is free on every address of this machine, else any free one."""
    if not bind_error("0.0.0.0", wanted):
        return wanted
    with socket.socket() as probe:
        probe.bind(("0.0.0.0", 0))
        return int(probe.getsockname()[1])
