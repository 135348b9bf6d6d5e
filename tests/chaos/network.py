"""Private networks: hosts (network namespaces) connected by cables, whose rate can be limited.

The namespaces have no names. Each exists as long as the processes in it, and these end with the
tests in any case: nothing remains, and two test runs cannot collide.
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
"""Program → its Debian package."""

libc = ctypes.CDLL(None, use_errno=True)
numbers = itertools.count(1)
ALL = "10.77.0.0/16"
"""The range of all cables' addresses."""


def need_namespaces() -> None:
    """Fail with a hint if private networks cannot be created."""
    missing = sorted({package for name, package in PROGRAMS.items() if not shutil.which(name)})
    if missing:
        pytest.fail(f"These tests need more programs: apt-get install {' '.join(missing)}")
    if os.geteuid() != 0:
        pytest.fail("These tests create network namespaces, which requires root: sudo make chaos")
    device = "ip link add dev try type veth peer name other && tc qdisc add dev try root"
    shape = f"{device} tbf rate 1mbit burst 4kb limit 8kb"
    result = subprocess.run(["unshare", "--net", "sh", "-c", shape], capture_output=True, text=True)
    if result.returncode:
        pytest.fail(
            "These tests need network namespaces, veth pairs and the tbf queue (CAP_NET_ADMIN and "
            f"CAP_SYS_ADMIN, which a plain container lacks): {result.stderr.strip()}"
        )


@contextlib.contextmanager
def private_network() -> Iterator[None]:
    """Move the calling thread, and everything it starts from now on, to a new network."""
    with open("/proc/thread-self/ns/net") as before:
        _check(libc.unshare(CLONE_NEWNET))
        try:
            run("ip", "link", "set", "lo", "up")
            yield
        finally:
            _check(libc.setns(before.fileno(), CLONE_NEWNET))


def run(*command: str) -> str:
    """Run a command that must succeed; return its output."""
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, f"{' '.join(command)}: {result.stderr.strip()}"
    return result.stdout


class Host:
    """A host: a separate network; a cable connects it to another host or to the tests' network."""

    def __init__(self) -> None:
        self._holder = Process("unshare", "--net", "sleep", "infinity")
        mine = os.stat("/proc/thread-self/ns/net").st_ino
        until(lambda: os.stat(self._network).st_ino != mine, "the host has its own network")
        self.run("ip", "link", "set", "lo", "up")

    @property
    def _network(self) -> Path:
        return Path(f"/proc/{self._holder.pid}/ns/net")

    def command(self, *command: str) -> tuple[str, ...]:
        """Return the command line that runs the command on this host."""
        return ("nsenter", f"--net={self._network}", "--", *command)

    def run(self, *command: str) -> str:
        """Run a command on this host that must succeed; return its output."""
        return run(*self.command(*command))

    def set(self, name: str, value: str) -> None:
        """Change a kernel setting of this host's network, by its sysctl name."""
        self.run("sh", "-c", f"echo {value} > /proc/sys/{name.replace('.', '/')}")

    def cable(self, other: "Host | None" = None) -> "Cable":
        """Connect this host to another one, or to the tests' network."""
        return Cable(self, other)

    def adopt(self, device: str) -> None:
        """Move a network device from the tests' network to this host."""
        run("ip", "link", "set", device, "netns", str(self._holder.pid))

    def stop(self) -> None:
        """Stop the process that keeps the host; the host ends with its last process."""
        self._holder.stop()


class Cable:
    """Two connected network devices: ``near`` is the address on the host that created the cable,
    ``far`` that on the other."""

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

    def limit_rate(self, rate: str, queue_kb: int) -> None:
        """Limit what the host sends to ``rate`` (``2mbit``), with a queue like a router's; packets
        that do not fit in the queue are dropped."""
        shape = ("tbf", "rate", rate, "burst", "16kb", "limit", f"{queue_kb}kb")
        self._host.run("tc", "qdisc", "replace", "dev", self.device, "root", *shape)


class Switch(Host):
    """Connects hosts, each by its own cable, and can drop the packets between two of them."""

    def __init__(self) -> None:
        super().__init__()
        self.set("net.ipv4.ip_forward", "1")
        self._cables: dict[str, Cable] = {}

    def connect(self, host: Host | None = None) -> str:
        """Connect a host, or the tests' network, to all others; return its address."""
        cable = self.cable(host)
        self._cables[cable.far] = cable
        (host.run if host else run)("ip", "route", "replace", ALL, "via", cable.near)
        return cable.far

    def drop_packets(self, sender: str, receiver: str) -> None:
        """Silently drop all packets from one to the other, of open and new connections."""
        self._rule("add", sender, receiver)

    def forward_packets(self, sender: str, receiver: str) -> None:
        """Forward the packets again."""
        self._rule("del", sender, receiver)

    def _rule(self, change: str, sender: str, receiver: str) -> None:
        self.run("ip", "rule", change, "from", sender, "to", receiver, "blackhole")

    def unplug(self, address: str) -> None:
        """Unplug a host's cable: it has no link, and no host reaches it."""
        self.run("ip", "link", "set", self._cables[address].device, "down")

    def plug_back_in(self, address: str) -> None:
        """Plug the cable in again."""
        self.run("ip", "link", "set", self._cables[address].device, "up")


def _check(code: int) -> None:
    if code:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
