"""Private networks: hosts (network namespaces) joined by cables, one of which may be a thin line.

No namespace has a name. Each lives as long as the processes in it, and those end with the tests,
however these end: nothing stays behind, and two runs never meet.
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
"""where the addresses of all cables are"""


def need_namespaces() -> None:
    """Fails, in words, where no private network can be made."""
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
    """Takes the calling thread, and all that it starts from now on, into a network of their own."""
    with open("/proc/thread-self/ns/net") as before:
        _checked(libc.unshare(CLONE_NEWNET))
        try:
            run("ip", "link", "set", "lo", "up")
            yield
        finally:
            _checked(libc.setns(before.fileno(), CLONE_NEWNET))


def run(*command: str) -> str:
    """A command that must succeed; its output."""
    answer = subprocess.run(command, capture_output=True, text=True)
    assert answer.returncode == 0, f"{' '.join(command)}: {answer.stderr.strip()}"
    return answer.stdout


class Host:
    """A machine with nothing but its network; a cable joins it to where the tests are."""

    def __init__(self) -> None:
        self._holder = Process("unshare", "--net", "sleep", "infinity")
        mine = os.stat("/proc/thread-self/ns/net").st_ino
        until(lambda: os.stat(self._network).st_ino != mine, "the host has its own network")
        self.run("ip", "link", "set", "lo", "up")

    @property
    def _network(self) -> Path:
        return Path(f"/proc/{self._holder.pid}/ns/net")

    def command(self, *command: str) -> tuple[str, ...]:
        """The command as it is to be started to run on this host."""
        return ("nsenter", f"--net={self._network}", "--", *command)

    def run(self, *command: str) -> str:
        """A command that must succeed here; its output."""
        return run(*self.command(*command))

    def set(self, name: str, value: str) -> None:
        """A kernel setting of this host's network, by its name for sysctl."""
        self.run("sh", "-c", f"echo {value} > /proc/sys/{name.replace('.', '/')}")

    def cable(self, other: "Host | None" = None) -> "Cable":
        """Joins this host to another one, or to where the tests are."""
        return Cable(self, other)

    def adopt(self, device: str) -> None:
        """Takes a device from where the tests are."""
        run("ip", "link", "set", device, "netns", str(self._holder.pid))

    def stop(self) -> None:
        """Lets go of it; it ends with its last process."""
        self._holder.stop()


class Cable:
    """Two joined network devices: ``near`` is the address on the host that has made it, ``far``
    that on the other."""

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
        """What the host sends into it gets no more than ``rate`` (``2mbit``); what waits for the
        line is held in a queue as a router has it, and what does not fit is lost."""
        shape = ("tbf", "rate", rate, "burst", "16kb", "limit", f"{queue_kb}kb")
        self._host.run("tc", "qdisc", "replace", "dev", self.device, "root", *shape)


class Switch(Host):
    """Joins hosts, each by a cable of its own, and loses between two what it is told to lose."""

    def __init__(self) -> None:
        super().__init__()
        self.set("net.ipv4.ip_forward", "1")
        self._cables: dict[str, Cable] = {}

    def plug(self, host: Host | None = None) -> str:
        """Joins a host, or where the tests are, to all others; its address."""
        cable = self.cable(host)
        self._cables[cable.far] = cable
        (host.run if host else run)("ip", "route", "replace", ALL, "via", cable.near)
        return cable.far

    def lose(self, sender: str, receiver: str) -> None:
        """Drops what one sends to the other, without a word, on lines that stand as on new ones."""
        self._rule("add", sender, receiver)

    def carry(self, sender: str, receiver: str) -> None:
        """Carries it again."""
        self._rule("del", sender, receiver)

    def _rule(self, change: str, sender: str, receiver: str) -> None:
        self.run("ip", "rule", change, "from", sender, "to", receiver, "blackhole")

    def pull(self, address: str) -> None:
        """Pulls a host's cable: it sees that its line is dead, and nobody reaches it."""
        self.run("ip", "link", "set", self._cables[address].device, "down")

    def put_back(self, address: str) -> None:
        """Puts the cable back."""
        self.run("ip", "link", "set", self._cables[address].device, "up")


def _checked(answer: int) -> None:
    if answer:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
