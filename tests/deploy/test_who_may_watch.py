"""TLS and logins in containers: what users get, and others do not."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import sync_playwright
from socketio.exceptions import ConnectionError as Refused

from tests.deploy.stack import Stack, need_engine
from tests.support.accounts import PASSWORD, Browser
from tests.support.chromium import OPTIONS, find_chromium
from tests.support.tls import Authority
from tests.support.viewer import Client
from tests.support.waiting import until

pytestmark = [pytest.mark.deploy, pytest.mark.timeout(300)]

NGINX = 101
"""the group of nginx in its container"""
ELSEWHERE = "203.0.113.9"
"""an address that no host has"""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"), "facility")


@pytest.fixture(scope="module")
def fronts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder to mount as deploy/fronts, readable for nginx, which is not root."""
    folder = tmp_path_factory.mktemp("fronts")
    for each in (folder, *folder.parents[:2]):
        each.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def secured(authority: Authority) -> Iterator[Stack]:
    """Yield a stack with TLS, passwords and a user alice, set up as documented."""
    need_engine()
    certificate = authority.certificate()
    os.chown(certificate, -1, NGINX)
    certificate.chmod(0o640)
    running = Stack(
        "deploy/compose.tls.yml",
        BEAMCAST_AUTH="password",
        BEAMCAST_CERTIFICATE=str(certificate),
        BEAMCAST_CERTIFICATE_KEY=str(certificate),
    )
    running.url = running.url.replace("http:", "https:")
    try:
        running.compose("build")
        running.compose("run", "--rm", "-T", "accounts", "add", "alice", stdin=f"{PASSWORD}\n")
        running.compose("up", "-d")
        until(lambda: ready(running, authority), "a worker behind nginx", 60)
        yield running
    finally:
        running.down()


@pytest.fixture(scope="module")
def behind_a_front(fronts: Path) -> Iterator[Stack]:
    """Yield a stack with passwords and without TLS, for tests with a proxy before nginx."""
    need_engine()
    extra = fronts.parent / f"{fronts.name}.yml"
    extra.write_text(f"services: {{nginx: {{volumes: ['{fronts}:/etc/nginx/fronts:ro,z']}}}}\n")
    running = Stack(str(extra), BEAMCAST_AUTH="password")
    try:
        running.compose("build")
        running.compose("run", "--rm", "-T", "accounts", "add", "alice", stdin=f"{PASSWORD}\n")
        running.compose("up", "-d")
        until(lambda: ready(running), "a worker behind nginx", 60)
        yield running
    finally:
        running.down()


def stranger(stack: Stack, authority: Authority | None = None) -> Browser:
    """Return a browser without a login."""
    browser = Browser(stack.url)
    return browser.over_tls(authority.ca) if authority else browser


def ready(stack: Stack, authority: Authority | None = None) -> bool:
    try:
        return stranger(stack, authority).get(f"{stack.url}/healthz", timeout=5).ok
    except requests.RequestException:
        return False


@pytest.fixture
def browser(secured: Stack, authority: Authority) -> Browser:
    return stranger(secured, authority)


def test_the_page_is_served_over_tls_and_http_is_redirected(
    secured: Stack, browser: Browser
) -> None:
    page = browser.get(f"{secured.url}/login", timeout=5)
    assert page.ok
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"

    plain = requests.get(
        f"http://127.0.0.1:{secured.port}/view/camera?columns=2", allow_redirects=False, timeout=5
    )
    assert plain.status_code == 308
    assert plain.headers["Location"] == f"{secured.url}/view/camera?columns=2"


def test_a_viewer_who_has_not_logged_in_gets_nothing(secured: Stack, browser: Browser) -> None:
    page = browser.get(f"{secured.url}/view/camera", allow_redirects=False, timeout=5)
    assert (page.status_code, page.headers["Location"]) == (302, "/login?next=/view/camera")
    for path in ("/api/streams", "/api/streams/camera/frame.jpg", "/socket.io/?EIO=4"):
        answer = browser.get(secured.url + path, timeout=5)
        assert answer.status_code == 401, path
    with pytest.raises(Refused):
        Client(reconnection=False, http_session=browser).connect(
            secured.url, transports=["websocket"]
        )


def test_a_user_who_logs_in_gets_a_secure_cookie_and_frames(
    secured: Stack, browser: Browser
) -> None:
    answer = browser.log_in()
    assert answer.status_code == 303
    (cookie,) = [c for c in answer.cookies if c.name == "__Host-beamcast_session"]
    assert cookie.secure
    assert cookie.has_nonstandard_attr("HttpOnly")

    frames: list[bytes] = []
    viewer = Client(http_session=browser)
    viewer.on("frame", frames.append)
    viewer.connect(secured.url.replace("https:", "wss:"), transports=["websocket"])
    assert "error" not in viewer.call("watch", {"stream": "camera"}, timeout=20)
    until(lambda: len(frames) > 10, "ten frames")
    viewer.call("unwatch", timeout=5)
    viewer.shutdown()


def test_a_user_logs_in_on_the_page_and_sees_images(secured: Stack) -> None:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=OPTIONS)
        page = chromium.new_page(ignore_https_errors=True)
        page.goto(f"{secured.url}/view/camera")
        page.get_by_label("Name").fill("alice")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{secured.url}/view/camera")
        frame_count = "Number(document.getElementById('picture').dataset.frames)"
        until(lambda: page.evaluate(frame_count) > 10, "ten pictures", 30)
        assert page.evaluate("document.body.dataset.transport") == "websocket"
        chromium.close()


def test_login_attempts_are_counted_by_all_workers_together(
    secured: Stack, authority: Authority
) -> None:
    def somebody() -> Browser:
        """Return a browser without the cookie of nginx."""
        visitor = stranger(secured, authority)
        # What a viewer says of where he is counts for nothing: each would be a first try.
        visitor.headers["X-Forwarded-For"] = f"203.0.113.{len(codes)}"
        visitor.form()
        return visitor

    def worker(browser: Browser) -> str:
        return str(browser.cookies["beamcast_worker"])

    codes: list[int] = []
    until(lambda: len({worker(somebody()) for _ in range(6)}) == 2, "two workers", 60)
    workers = set()
    for _ in range(12):
        visitor = somebody()
        workers.add(worker(visitor))
        answer = visitor.log_in("mallory", "wrong password")
        codes.append(answer.status_code)
    assert len(workers) == 2
    assert codes == [401] * 10 + [429] * 2
    assert int(answer.headers["Retry-After"]) > 60


def test_metrics_are_read_from_the_workers_and_not_outside(
    secured: Stack, browser: Browser
) -> None:
    browser.log_in()
    assert browser.get(f"{secured.url}/metrics", timeout=5).status_code == 404
    reads = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).read().decode())"
    for part, url in (("ingest", "http://web:5000"), ("web", "http://ingest:9188")):
        address = f"http://{name_to_address(secured, part, url)}/metrics"
        printed = secured.compose("exec", "-T", part, "python", "-c", reads, address)
        assert re.search(r"^beamcast_(web|ingest)_\w+[ {]", printed, re.MULTILINE)


def name_to_address(stack: Stack, part: str, url: str) -> str:
    """Read the metrics as Prometheus does: from each address in DNS."""
    host, _, port = url.removeprefix("http://").partition(":")
    says = "import socket, sys; print(socket.gethostbyname(sys.argv[1]))"
    return stack.compose("exec", "-T", part, "python", "-c", says, host).strip() + f":{port}"


def test_the_doctor_runs_in_a_container(secured: Stack) -> None:
    secured.compose("exec", "-T", "ingest", "python", "-m", "deploy.health", "ingest")
    output = secured.compose("exec", "-T", "web", "python", "-m", "deploy.doctor")
    assert "Redis answers in" in output
    assert "frames per second" in output
    assert "ERROR" not in output


def test_a_removed_user_is_disconnected(secured: Stack, browser: Browser) -> None:
    secured.compose("run", "--rm", "-T", "accounts", "add", "bob", stdin=f"{PASSWORD}\n")
    assert browser.log_in("bob").status_code == 303
    ended: list[object] = []
    viewer = Client(http_session=browser, reconnection=False)
    viewer.on("disconnect", ended.append)
    viewer.connect(secured.url, transports=["websocket"])

    secured.compose("run", "--rm", "-T", "accounts", "remove", "bob")

    until(lambda: ended, "the end of his connection")
    assert browser.me() == 401


def test_headers_of_a_viewer_are_not_trusted_behind_a_proxy(behind_a_front: Stack) -> None:
    answer = as_a_proxy(behind_a_front).log_in("alice", "wrong password")
    assert "secure" not in answer.headers["Set-Cookie"].lower()
    assert ELSEWHERE not in behind_a_front.log("web")


def test_headers_of_a_proxy_are_trusted(behind_a_front: Stack, fronts: Path) -> None:
    believe_this_machine(behind_a_front, fronts)
    answer = as_a_proxy(behind_a_front).log_in()
    (cookie,) = [c for c in answer.cookies if c.name == "__Host-beamcast_session"]
    assert cookie.secure
    assert f"'alice' logged in from {ELSEWHERE}" in behind_a_front.log("web")


def test_a_user_named_by_a_proxy_is_admitted_and_one_named_by_a_viewer_is_not(
    behind_a_front: Stack, fronts: Path
) -> None:
    (fronts / "ours.conf").unlink(missing_ok=True)
    behind_a_front.compose("up", "-d", BEAMCAST_AUTH="proxy")
    behind_a_front.compose("restart", "nginx")
    until(lambda: ready(behind_a_front), "workers that take a proxy's word alone", 60)
    browser = as_a_proxy(behind_a_front)
    browser.headers["X-Forwarded-User"] = "alice"
    assert browser.me() == 401

    believe_this_machine(behind_a_front, fronts)
    answer = browser.get(f"{behind_a_front.url}/api/me", timeout=20)
    assert answer.json() == {"name": "alice", "way": "proxy"}


class Proxy(Browser):
    """A session behind a TLS proxy: it also sends cookies that are for TLS only."""

    def form(self) -> dict[str, str]:
        fields = super().form()
        for cookie in self.cookies:
            cookie.secure = False
        return fields


def as_a_proxy(stack: Stack) -> Browser:
    browser = Proxy(stack.url)
    browser.headers.update({"X-Forwarded-For": ELSEWHERE, "X-Forwarded-Proto": "https"})
    browser.headers["Referer"] = f"{stack.url.replace('http:', 'https:')}/login"
    return browser


def believe_this_machine(stack: Stack, fronts: Path) -> None:
    """Set up deploy/fronts as its README.md describes; clients here use the network's gateway."""
    (nginx,) = stack.containers("nginx")
    (network,) = nginx["NetworkSettings"]["Networks"].values()
    (fronts / "ours.conf").write_text(f"{network['Gateway']}/32 1;\n")
    stack.compose("restart", "nginx")
    until(lambda: ready(stack), "nginx again", 30)


def test_it_does_not_start_if_open_to_others_by_mistake() -> None:
    need_engine()
    stack = Stack(BEAMCAST_HOST="0.0.0.0")
    try:
        stack.compose("build")
        stack.compose("up", "-d", "--no-deps", "web")
        output = until(lambda: stack.log("web"), "a word from web", 30)
        assert "0.0.0.0 lets other machines in, and BEAMCAST_AUTH is none; allowed is" in output
        assert "BEAMCAST_ALLOW_ANYONE=1" in output
        assert "serving on" not in output
    finally:
        stack.down()
