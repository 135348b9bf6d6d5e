"""A worker asks for a name anew each time: in containers Redis comes back at another address."""

import socket
import subprocess
import sys
import threading

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.support.processes import ROOT

ASKS = """
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
KEPT_S = 600
"""how long Docker's own name server says that an answer holds"""


class NameServer:
    """Knows one address, or none, of every name."""

    def __init__(self) -> None:
        self.address = ""
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            asked, whom = self._socket.recvfrom(4096)
            question = dns.message.from_wire(asked)
            answer = dns.message.make_response(question)
            name, kind = question.question[0].name, question.question[0].rdtype
            if self.address and kind == dns.rdatatype.A:
                answer.answer.append(dns.rrset.from_text(name, KEPT_S, "IN", "A", self.address))
            elif not self.address:
                answer.set_rcode(dns.rcode.NXDOMAIN)
                start = f"ns. root. 1 {KEPT_S} {KEPT_S} {KEPT_S} {KEPT_S}"
                answer.authority.append(dns.rrset.from_text(".", KEPT_S, "IN", "SOA", start))
            self._socket.sendto(answer.to_wire(), whom)


def test_a_name_that_was_unknown_or_has_moved_is_found_at_once() -> None:
    server = NameServer()
    command = [sys.executable, "-c", ASKS, str(server.port)]
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
