"""Run deploy/nginx.conf on this machine: how it determines a viewer's address and name."""

import json
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest
import requests

from tests.chaos.installation import need_nginx, nginx_configuration
from tests.support.processes import Process, free_port
from tests.support.waiting import until

pytestmark = pytest.mark.deploy

SAYS = "$viewer_address $viewer_key $viewer_name"
FRONT, STRANGER = "127.0.0.1", "127.0.0.2"
"""addresses of the client: one that is in deploy/fronts, and another"""


class Nginx(NamedTuple):
    """The ports of the page and of the server that shows how nginx identifies a client."""

    page: int
    says: int


class Identity(NamedTuple):
    """How nginx identifies the client of a request."""

    address: str
    key: str
    name: str


@pytest.fixture(scope="module")
def nginx() -> Iterator[Nginx]:
    """Yield nginx before a worker that answers with the headers of the request."""
    need_nginx()
    with tempfile.TemporaryDirectory() as place, HTTPServer(("127.0.0.1", 0), Echo) as worker:
        threading.Thread(target=worker.serve_forever, daemon=True).start()
        Path(place).chmod(0o755)
        ports = [free_port() for _ in range(3)]
        text = nginx_configuration(place, f"127.0.0.1:{worker.server_port}")
        text = text.replace("default 0;", f"default 0; {FRONT} 1;", 1)
        for old, new in zip(("8080", "127.0.0.1:8081"), ports, strict=False):
            text = text.replace(f"listen {old}", f"listen 127.0.0.1:{new}")
        server = f'server {{ listen 127.0.0.1:{ports[2]}; return 200 "{SAYS}"; }}'
        Path(place, "nginx.conf").write_text(text.rstrip().removesuffix("}") + server + "}")
        command = ("nginx", "-c", f"{place}/nginx.conf", "-e", "stderr", "-g", "daemon off;")
        process = Process(*command)
        try:
            until(lambda: process.returncode is not None or answers(ports[2]), "nginx answers")
            assert process.returncode is None, process.output
            yield Nginx(ports[0], ports[2])
        finally:
            process.stop()
            worker.shutdown()


class Echo(BaseHTTPRequestHandler):
    """Answer with the headers of the request."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({k.lower(): v for k, v in self.headers.items()}).encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


def answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/", timeout=5).ok
    except requests.ConnectionError:
        return False


def identify(nginx: Nginx, peer: str, **headers: str) -> Identity:
    """Return how nginx identifies a request from this address."""
    session = requests.Session()
    session.mount("http://", FromAddress(peer))
    answer = session.get(f"http://127.0.0.1:{nginx.says}/", headers=headers, timeout=20)
    return Identity(*answer.content.decode().split(" ", 2))


class FromAddress(requests.adapters.HTTPAdapter):
    """Connects from a given address of this machine."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *values: object, **options: object) -> None:
        super().init_poolmanager(*values, source_address=(self._address, 0), **options)


@pytest.mark.parametrize(
    ("forwarded", "address", "key"),
    [
        ("10.0.0.9", "10.0.0.9", "10.0.0.9"),
        ("10.0.0.8, 10.0.0.9", "10.0.0.9", "10.0.0.9"),
        ("x" * 3000 + ",10.0.0.9:4711", "10.0.0.9", "10.0.0.9"),
        ("::ffff:10.0.0.9", "::ffff:10.0.0.9", "10.0.0.9"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2:3::4", "2001:db8:1:2:"),
        ("2001:db8:1:2::5", "2001:db8:1:2::5", "2001:db8:1:2:"),
        ("2001:db8:1::5", "2001:db8:1::5", "2001:db8:1:0:"),
        ("2001:db8:1:0:7::5", "2001:db8:1:0:7::5", "2001:db8:1:0:"),
        ("2001:db8::5", "2001:db8::5", "2001:db8:0:0:"),
        ("[2001:db8:1:2:ffff::]:443", "2001:db8:1:2:ffff::", "2001:db8:1:2:"),
        ("fe80::1%eth0", "fe80::1", "fe80:0:0:0:"),
        ("::1", "::1", "::1"),
        ("", FRONT, FRONT),
        ("x" * 3000, FRONT, FRONT),
        ("unknown", FRONT, FRONT),
        ("10.0.0.9, x", FRONT, FRONT),
    ],
    ids=lambda text: text[:24],
)
def test_a_front_says_where_a_viewer_is(
    nginx: Nginx, forwarded: str, address: str, key: str
) -> None:
    found = identify(nginx, FRONT, **{"X-Forwarded-For": forwarded})

    assert found == (address, key, "")


@pytest.mark.parametrize(
    ("user", "name"),
    [("alice", "alice"), ("CN=Alice Liddell", "CN=Alice Liddell"), ("alice,bob", ""), ("", "")],
)
def test_a_front_names_one_user(nginx: Nginx, user: str, name: str) -> None:
    assert identify(nginx, FRONT, **{"X-Forwarded-User": user}).name == name


def test_headers_of_a_viewer_are_not_trusted(nginx: Nginx) -> None:
    claims = {"X-Forwarded-For": "10.0.0.9", "X-Forwarded-User": "alice"}

    assert identify(nginx, STRANGER, **claims) == (STRANGER, STRANGER, "")


@pytest.mark.parametrize(
    "path", ["/", "/api/streams", "/socket.io/", "/api/streams/camera/stream.mjpg", "/healthz"]
)
def test_a_worker_learns_by_which_name_it_was_asked(nginx: Nginx, path: str) -> None:
    claims = {"Host": "evil.example:5000", "X-Forwarded-Host": "localhost", "X-Real-IP": "::1"}

    response = requests.get(f"http://127.0.0.1:{nginx.page}{path}", headers=claims, timeout=20)

    forwarded_headers = response.json()
    assert forwarded_headers["host"] == forwarded_headers["x-forwarded-host"] == "evil.example:5000"
    assert forwarded_headers["x-forwarded-for"] == "127.0.0.1"
    assert forwarded_headers["x-forwarded-proto"] == "http"
    assert "x-real-ip" not in forwarded_headers
