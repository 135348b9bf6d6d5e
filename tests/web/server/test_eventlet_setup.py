"""A worker resolves a name each time, since Redis may come back at another address in containers;
some locks stay native; libraries for clients are not imported."""

import socket
import subprocess
import sys
import threading

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.support.processes import ROOT

RESOLVE = """
import socket, sys
from web.server import eventlet_setup
eventlet_setup.prepare("eventlet")
from eventlet.support import greendns
greendns.resolver._resolver.nameservers = ["127.0.0.1"]
greendns.resolver._resolver.port = int(sys.argv[1])
for line in sys.stdin:
    try:
        print(socket.getaddrinfo("redis.test", 6379, socket.AF_INET)[0][4][0], flush=True)
    except OSError:
        print("none", flush=True)
"""
CACHE_S = 600
"""how long Docker's name server lets answers be cached"""


class NameServer:
    """A name server with one address, or none, for every name."""

    def __init__(self) -> None:
        self.address = ""
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            data, peer = self._socket.recvfrom(4096)
            question = dns.message.from_wire(data)
            answer = dns.message.make_response(question)
            name, kind = question.question[0].name, question.question[0].rdtype
            if self.address and kind == dns.rdatatype.A:
                answer.answer.append(dns.rrset.from_text(name, CACHE_S, "IN", "A", self.address))
            elif not self.address:
                answer.set_rcode(dns.rcode.NXDOMAIN)
                start = f"ns. root. 1 {CACHE_S} {CACHE_S} {CACHE_S} {CACHE_S}"
                answer.authority.append(dns.rrset.from_text(".", CACHE_S, "IN", "SOA", start))
            self._socket.sendto(answer.to_wire(), peer)


def test_a_name_that_was_unknown_or_has_moved_is_found_immediately() -> None:
    server = NameServer()
    command = [sys.executable, "-c", RESOLVE, str(server.port)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdin
        assert worker.stdout
        found = []
        for server.address in ("", "10.0.0.1", "10.0.0.2"):
            worker.stdin.write("?\n")
            worker.stdin.flush()
            found.append(worker.stdout.readline().strip())
        worker.stdin.close()

    assert found == ["none", "10.0.0.1", "10.0.0.2"]


LOCKS = """
from web import __main__ as main
from web.server import eventlet_setup
eventlet_setup.prepare("eventlet")
from web.fanout.backlog import BACKLOG
from web.metrics import FRAMES_RECEIVED
locks = BACKLOG._lock, FRAMES_RECEIVED.labels("camera")._value._lock
print(*{type(lock).__module__ for lock in locks})
"""


def test_locks_of_counters_and_of_the_backlog_are_native() -> None:
    command = [sys.executable, "-W", "ignore", "-c", LOCKS]

    output = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)

    assert output.stdout.strip() == "_thread"


IMPORTS = """
import sys
from web.server import eventlet_setup
eventlet_setup.prepare(sys.argv[1])
import web.app
print([name for name in ("aiohttp", "requests", "urllib3") if sys.modules.get(name)])
"""


def test_a_worker_imports_no_http_client(async_mode: str) -> None:
    command = [sys.executable, "-W", "ignore", "-c", IMPORTS, async_mode]

    output = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)

    assert output.stdout.strip() == "[]"
