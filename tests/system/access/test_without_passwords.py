"""Access without passwords: by configuration, or by the user name from a trusted proxy."""

import socket

import pytest
import requests

from tests.support.beamcast import Beamcast
from tests.support.processes import RedisServer, free_port, python
from web.access.middleware import host_name

WEBSOCKET = "/socket.io/?EIO=4&transport=websocket"
UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}


@pytest.mark.parametrize(
    "environ",
    [
        {"BEAMCAST_HOST": "0.0.0.0"},
        {"BEAMCAST_HOST": "::"},
        {"BEAMCAST_HOST": "192.0.2.7"},
        {"BEAMCAST_PUBLISHED": "0.0.0.0"},
        {"BEAMCAST_PUBLISHED": "beamcast.example"},
        {"BEAMCAST_HOST": "0.0.0.0", "BEAMCAST_AUTH": "none"},
    ],
)
def test_a_worker_is_open_to_other_machines_only_if_configured(
    environ: dict[str, str],
) -> None:
    process = python("web", "-P", str(free_port()), environ=environ)
    assert process.wait() == 2
    assert "lets other machines in" in process.output
    assert "BEAMCAST_ALLOW_ANYONE=1" in process.output


def test_make_run_rejects_an_open_address_before_starting_anything() -> None:
    process = python("deploy.local", environ={"BEAMCAST_HOST": "0.0.0.0"})
    assert process.wait() == 2
    assert "lets other machines in" in process.output
    assert "redis" not in process.output


def test_a_worker_behind_a_proxy_that_publishes_on_loopback_starts(
    redis_server: RedisServer,
) -> None:
    whole = Beamcast()
    try:
        worker = whole.worker("-H", "0.0.0.0", "--published", "127.0.0.1")
        assert requests.get(f"{worker.url}/", timeout=20).ok
    finally:
        whole.stop()


@pytest.mark.parametrize(
    "path", ["/", "/api/streams", "/metrics", "/socket.io/?EIO=4&transport=polling", WEBSOCKET]
)
def test_a_foreign_host_name_is_rejected_also_without_a_login(
    beamcast: Beamcast, path: str
) -> None:
    worker = beamcast.worker("--allow-anyone", "1", "--allowed-hosts", "beamcast.example")

    def code(host: str) -> int:
        origin = {"Origin": f"http://{host}", "Host": host, **UPGRADE} if path == WEBSOCKET else {}
        headers = {"Host": host, **origin}
        with requests.get(worker.url + path, headers=headers, timeout=20, stream=True) as answer:
            if answer.status_code == 421:
                assert "add it to BEAMCAST_ALLOWED_HOSTS" in answer.text
            return answer.status_code

    for host in ("10.0.0.1:5000", "[2001:db8::1]", "localhost", "web:5000", socket.gethostname()):
        assert code(host) in (101, 200), host
    assert code("Beamcast.example.:5000") in (101, 200)
    for host in ("evil.example", "evil.example:5000", "beamcast.example.evil.example"):
        assert code(host) == 421, host
    embedded = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"}
    answer = requests.get(worker.url + "/api/streams", headers=embedded, timeout=20)
    assert answer.ok
    assert "Cross-Origin-Resource-Policy" not in answer.headers
    for health in ("/healthz", "/readyz"):
        assert requests.get(worker.url + health, headers={"Host": "x.example"}, timeout=20).ok


@pytest.mark.parametrize(
    "path", ["/", "/api/streams", "/metrics", "/socket.io/?EIO=4&transport=polling"]
)
def test_a_foreign_host_name_for_this_machine_is_rejected(beamcast: Beamcast, path: str) -> None:
    """DNS rebinding: a site that lets its own name point at 127.0.0.1 has its visitors' browsers
    ask here, with that name."""
    worker = beamcast.worker()
    for host in ("localhost:1", "127.0.0.1", "[::1]:5000", "127.0.0.2:80"):
        assert requests.get(worker.url + path, headers={"Host": host}, timeout=20).ok
    for host in (
        "evil.example",
        "evil.example:5000",
        "10.0.0.1",
        "localhost.evil.example",
        "x]",
        "",
    ):
        if (path, host) == ("/metrics", "10.0.0.1"):
            continue  # Prometheus knows its targets by addresses, and no site has one for a name
        answer = requests.get(worker.url + path, headers={"Host": host}, timeout=20)
        assert answer.status_code in (400, 403), host
        assert "epoch" not in answer.text
        headers = {"Host": host, "X-Forwarded-Host": "localhost", "X-Forwarded-For": "127.0.0.1"}
        answer = requests.get(worker.url + path, headers=headers, timeout=20)
        assert answer.status_code in (400, 403), host


@pytest.mark.parametrize(
    ("host", "name"),
    [("a.b:1", "a.b"), ("[::1]:5000", "[::1"), ("[::1]", "[::1"), ("localhost", "localhost")],
)
def test_the_name_in_a_host_header(host: str, name: str) -> None:
    assert host_name(host) == name


def test_only_a_trusted_proxy_names_the_user(beamcast: Beamcast) -> None:
    named = {"X-Forwarded-User": "alice"}
    trusting = beamcast.worker("--auth", "proxy")
    assert requests.get(f"{trusting.url}/api/me", headers=named, timeout=20).json() == {
        "name": "alice",
        "way": "proxy",
    }
    unnamed = requests.get(f"{trusting.url}/api/me", timeout=20)
    assert unnamed.status_code == 401
    assert "sent no user name" in unnamed.json()["error"]
    assert requests.get(f"{trusting.url}/", timeout=20).status_code == 401

    wary = beamcast.worker("--auth", "proxy", "--trusted-proxies", "192.0.2.0/24")
    for headers in (named, {**named, "X-Forwarded-For": "192.0.2.1"}):
        assert requests.get(f"{wary.url}/api/me", headers=headers, timeout=20).status_code == 401

    other = beamcast.worker("--auth", "proxy", "--user-header", "X-Remote-User")
    assert requests.get(f"{other.url}/api/me", headers=named, timeout=20).status_code == 401
    remote = {"X-Remote-User": "bob"}
    assert requests.get(f"{other.url}/api/me", headers=remote, timeout=20).json()["name"] == "bob"


def test_a_repeated_user_name_header_is_rejected(beamcast: Beamcast, async_mode: str) -> None:
    worker = beamcast.worker("--auth", "proxy")
    head = "GET /api/me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    for second in ("X-Forwarded-User: bob", "x-forwarded-user:", "X-Forwarded-User: alice"):
        with socket.create_connection(("127.0.0.1", worker.port), timeout=20) as connection:
            connection.sendall(f"{head}X-Forwarded-User: alice\r\n{second}\r\n\r\n".encode())
            answer = connection.makefile("rb").read()
        assert answer.startswith(b"HTTP/1.1 401 "), answer
        assert b"sent no user name, or more than one" in answer


def test_there_is_no_login_page_without_accounts(beamcast: Beamcast) -> None:
    worker = beamcast.worker()
    assert requests.get(f"{worker.url}/login", timeout=20).status_code == 404
    assert "account" not in requests.get(f"{worker.url}/", timeout=20).text.lower()


@pytest.mark.parametrize("transport", ["polling", "websocket"])
def test_only_the_own_page_and_configured_sites_open_a_socket(
    beamcast: Beamcast, transport: str
) -> None:
    worker = beamcast.worker("--origins", "https://elog.example, http://ops.example:8080")
    address = f"{worker.url}/socket.io/?EIO=4&transport={transport}"

    def status(origin: str, **more: str) -> int:
        headers = {"Origin": origin, **more, **(UPGRADE if transport == "websocket" else {})}
        with requests.get(address, headers=headers, timeout=20, stream=True) as answer:
            return answer.status_code

    taken = 101 if transport == "websocket" else 200
    for origin in (worker.url, "https://elog.example", "http://ops.example:8080"):
        assert status(origin) == taken
    for origin in (
        "https://evil.example",
        "null",
        "http://elog.example",
        worker.url + ".evil.example",
    ):
        assert status(origin) == 400
    through_proxy = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.0.0.1"}
    own = worker.url.replace("http://", "https://")
    assert status(own, **through_proxy) == taken
    assert status(worker.url, **through_proxy) == 400
