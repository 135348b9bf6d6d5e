"""Private networks: hosts (network namespaces) joined by cables, which may be slow.

Namespaces have no name. Each exists as long as the processes in it, which end with the tests in any
case: nothing is left, and two runs cannot collide.
"""

import contextlib
import ctypes
import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import Process
from tests.support.waiting import until

CLONE_NEWNET = 0x40000000
PROGRAMS = {"ip": "iproute2", "tc": "iproute2", "nsenter": "util-linux", "unshare": "util-linux"}
"""program → the Debian package that has it"""

libc = ctypes.CDLL(None, use_errno=True)
numbers = itertools.count(1)
ALL = "10.77.0.0/16"
"""contains the addresses of all cables"""


def need_namespaces() -> None:
    """Fail if no private network can be made."""
    missing = sorted({package for name, package in PROGRAMS.items() if not shutil.which(name)})
    if missing:
        pytest.fail(f"These tests need more programs: apt-get install {' '.join(missing)}")
    if os.geteuid() != 0:
        pytest.fail("These tests make network namespaces, which only root may: sudo make chaos")
    device = "ip link add dev try type veth peer name other && tc qdisc add dev try root"
    shape = f"{device} tbf rate 1mbit burst 4kb limit 8kb"
    answer = subprocess.run(["unshare", "--net", "sh", "-c", shape], capture_output=True, text=True)
    if answer.returncode:
        pytest.fail(
            "These tests need network namespaces, veth pairs and the tbf queue (CAP_NET_ADMIN and "
            f"CAP_SYS_ADMIN, which a plain container lacks): {answer.stderr.strip()}"
        )


@contextlib.contextmanager
def apart() -> Iterator[None]:
    """Move the calling thread, and all that it starts from now on, to a private network."""
    with open("/proc/thread-self/ns/net") as before:
        _checked(libc.unshare(CLONE_NEWNET))
        try:
            run("ip", "link", "set", "lo", "up")
            yield
        finally:
            _checked(libc.setns(before.fileno(), CLONE_NEWNET))


def run(*command: str) -> str:
    """Run a command that must succeed; return its output."""
    answer = subprocess.run(command, capture_output=True, text=True)
    assert answer.returncode == 0, f"{' '.join(command)}: {answer.stderr.strip()}"
    return answer.stdout


class Host:
    """A network namespace; a cable joins it to the host of the tests."""

    def __init__(self) -> None:
        self._holder = Process("unshare", "--net", "sleep", "infinity")
        mine = os.stat("/proc/thread-self/ns/net").st_ino
        until(lambda: os.stat(self._network).st_ino != mine, "the host has its own network")
        self.run("ip", "link", "set", "lo", "up")

    @property
    def _network(self) -> Path:
        return Path(f"/proc/{self._holder.pid}/ns/net")

    def command(self, *command: str) -> tuple[str, ...]:
        """Return the command that runs a command on this host."""
        return ("nsenter", f"--net={self._network}", "--", *command)

    def run(self, *command: str) -> str:
        """Run a command that must succeed on this host; return its output."""
        return run(*self.command(*command))

    def set(self, name: str, value: str) -> None:
        """Write a kernel setting of this host's network, by its name for sysctl."""
        self.run("sh", "-c", f"echo {value} > /proc/sys/{name.replace('.', '/')}")

    def cable(self, other: "Host | None" = None) -> "Cable":
        """Join this host to another one, or to the host of the tests."""
        return Cable(self, other)

    def adopt(self, device: str) -> None:
        """Move a device from the host of the tests to this one."""
        run("ip", "link", "set", device, "netns", str(self._holder.pid))

    def stop(self) -> None:
        """Release the namespace; it ends with its last process."""
        self._holder.stop()


class Cable:
    """Two joined network devices: ``near`` is the address on the host that made it, ``far`` the
    other."""

    def __init__(self, host: Host, other: Host | None) -> None:
        number = next(numbers)
        self.near, self.far = f"10.77.{number}.1", f"10.77.{number}.2"
        self.device = f"near{number}"
        self._host = host
        far_device = f"far{number}"
        run("ip", "link", "add", self.device, "type", "veth", "peer", "name", far_device)
        host.adopt(self.device)
        if other:
            other.adopt(far_device)
        for command, address, device in (
            (host.run, self.near, self.device),
            (other.run if other else run, self.far, far_device),
        ):
            command("ip", "address", "add", f"{address}/24", "dev", device)
            command("ip", "link", "set", device, "up")

    def thin(self, rate: str, queue_kb: int) -> None:
        """Limit what the host sends to ``rate`` (``2mbit``); the rest waits in a queue as in a
        router, and what does not fit is dropped."""
        shape = ("tbf", "rate", rate, "burst", "16kb", "limit", f"{queue_kb}kb")
        self._host.run("tc", "qdisc", "replace", "dev", self.device, "root", *shape)


class Switch(Host):
    """A switch with a cable to each host; it can drop all packets between two of them."""

    def __init__(self) -> None:
        super().__init__()
        self.set("net.ipv4.ip_forward", "1")
        self._cables: dict[str, Cable] = {}

    def plug(self, host: Host | None = None) -> str:
        """Join a host, or that of the tests, to all others; return its address."""
        cable = self.cable(host)
        self._cables[cable.far] = cable
        (host.run if host else run)("ip", "route", "replace", ALL, "via", cable.near)
        return cable.far

    def lose(self, sender: str, receiver: str) -> None:
        """Drop all packets from one host to another, of existing and of new connections."""
        self._rule("add", sender, receiver)

    def carry(self, sender: str, receiver: str) -> None:
        """Forward these packets again."""
        self._rule("del", sender, receiver)

    def _rule(self, change: str, sender: str, receiver: str) -> None:
        self.run("ip", "rule", change, "from", sender, "to", receiver, "blackhole")

    def pull(self, address: str) -> None:
        """Unplug a host's cable: the host notices it, and cannot be reached."""
        self.run("ip", "link", "set", self._cables[address].device, "down")

    def put_back(self, address: str) -> None:
        """Plug the cable in again."""
        self.run("ip", "link", "set", self._cables[address].device, "up")


def _checked(answer: int) -> None:
    if answer:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
