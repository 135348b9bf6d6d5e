"""Only who may watch does: without a login there is nothing to see, and a login ends when it
should."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import socketio.exceptions

from tests.support.accounts import PASSWORD, AccountsFile, Browser
from tests.support.beamcast import Beamcast, Worker
from tests.support.camera import Camera
from tests.support.metrics import value
from tests.support.processes import ROOT, RedisServer, free_port, python
from tests.support.viewer import Viewer
from tests.support.waiting import until

BEHIND_THE_GUARD = [
    "/api/streams",
    "/api/streams/camera",
    "/api/streams/camera/frame.jpg",
    "/api/streams/camera/stream.mjpg",
    "/api/streams/camera/snapshot.h5",
    "/api/me",
    "/socket.io/?EIO=4&transport=polling",
    "//api/streams",
    "/api/../api/streams",
    "/static/../api/streams",
    "/login/../api/streams",
    "/API/streams",
    "/metrics?x",
]


class Installation:
    """A camera, and a worker that requires a login."""

    def __init__(self, folder: Path) -> None:
        self.camera = Camera(rate_hz=25)
        self.beamcast = Beamcast()
        self.accounts = AccountsFile(folder)
        self.beamcast.ingest(self.camera.address)
        self.worker = self.accounts.worker(self.beamcast)

    def stop(self) -> None:
        self.camera.close()
        self.beamcast.stop()


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    found = Installation(tmp_path_factory.mktemp("accounts"))
    yield found
    found.stop()


@pytest.fixture
def worker(installation: Installation) -> Worker:
    return installation.worker


@pytest.fixture
def alice(worker: Worker) -> Browser:
    """A logged-in browser."""
    browser = Browser(worker.url)
    assert browser.log_in().status_code == 303
    return browser


def raw_get(worker: Worker, path: str, *headers: str) -> bytes:
    """Return the whole response to a request with an unnormalised path."""
    with socket.create_connection(("127.0.0.1", worker.port), timeout=20) as connection:
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Connection: close", *headers]
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        received = b""
        while piece := connection.recv(65536):
            received += piece
    return received


@pytest.mark.parametrize("path", BEHIND_THE_GUARD)
def test_an_anonymous_client_sees_nothing(worker: Worker, path: str) -> None:
    answer = raw_get(worker, path, "X-Forwarded-For: 10.0.0.9")

    status = int(answer.split()[1])
    assert status in (302, 308, 400, 401, 404), answer[:200]
    assert b"epoch" not in answer
    if status == 302:
        assert b"Location: /login" in answer


@pytest.mark.parametrize(
    "path", ["/", "/view/camera", "/view/a,b?columns=2", "/account", "/nothing"]
)
def test_an_anonymous_browser_is_redirected_to_the_login_and_back(
    worker: Worker, path: str
) -> None:
    browser = Browser(worker.url)
    sent = browser.get(worker.url + path, allow_redirects=False, timeout=20)
    assert sent.status_code == 302

    page = browser.get(worker.url + sent.headers["Location"], timeout=20)
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    answer = browser.log_in(next=fields["next"].replace("&amp;", "&"))

    assert answer.headers["Location"] == path


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"],
)
def test_a_login_leads_nowhere_else(worker: Worker, elsewhere: str) -> None:
    assert Browser(worker.url).log_in(next=elsewhere).headers["Location"] == "/"


def test_a_logged_in_user_gets_images(installation: Installation, alice: Browser) -> None:
    viewer = installation.beamcast.viewer(installation.worker, headers=alice.cookie)
    assert viewer.watch()["stream"] == "camera"
    viewer.wait_for(3)
    picture = alice.get(f"{alice.url}/api/streams/camera/frame.jpg", timeout=30)
    assert picture.content[:2] == b"\xff\xd8"


def test_an_anonymous_client_gets_no_socket(worker: Worker) -> None:
    for transports in (["websocket"], ["polling"]):
        with pytest.raises(socketio.exceptions.ConnectionError):
            Viewer(worker.url, transports=transports)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(worker: Worker) -> None:
    cookie = Browser(worker.url).log_in().headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie, "a browser would drop it on plain HTTP"
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.0.0.9"}
    browser = Browser(worker.url)
    browser.headers.update(forwarded)
    cookie = browser.log_in().headers["Set-Cookie"]
    assert cookie.startswith("__Host-beamcast_session=")
    assert "; Secure; HttpOnly; Path=/; SameSite=Lax" in cookie
    assert "Domain" not in cookie


def test_over_tls_only_the_host_prefixed_cookie_is_accepted(worker: Worker, alice: Browser) -> None:
    (cookie,) = alice.cookies
    over_tls = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.0.0.9"}
    for name, headers, code in (
        ("__Host-beamcast_session", over_tls, 200),
        ("beamcast_session", over_tls, 401),
        ("__Host-beamcast_session", {}, 401),
        ("beamcast_session", {}, 200),
    ):
        sent = {**headers, "Cookie": f"{name}={cookie.value}"}
        assert requests.get(f"{worker.url}/api/me", headers=sent, timeout=20).status_code == code


@pytest.mark.parametrize(
    "path",
    [
        *[f"/api/streams/camera/{name}" for name in ("frame.jpg", "snapshot.png", "stream.mjpg")],
        "/api/streams",
        "/socket.io/?EIO=4&transport=polling",
    ],
)
def test_a_page_of_another_site_cannot_use_its_visitors_login(
    worker: Worker, alice: Browser, path: str
) -> None:
    def code(site: str, **more: str) -> int:
        headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
        headers |= {name.replace("_", "-"): text for name, text in more.items()}
        with alice.get(worker.url + path, headers=headers, timeout=20, stream=True) as answer:
            if answer.status_code == 403:
                assert "page of another site" in answer.json()["error"]
            elif path.startswith("/api/"):
                assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
            return answer.status_code

    assert code("cross-site") == code("same-site") == 403
    assert code("cross-site", Sec_Fetch_Dest="iframe", Sec_Fetch_Mode="navigate") == 403
    assert code("cross-site", Sec_Fetch_Dest="document", Sec_Fetch_Mode="navigate") == 200
    assert code("same-origin") == code("none") == 200


def test_a_cookie_that_was_changed_is_worth_nothing(worker: Worker, alice: Browser) -> None:
    (cookie,) = alice.cookies
    assert cookie.value
    head, _, rest = cookie.value.partition(".")
    for forged in (
        head,
        f"{head}.{rest[:-2]}xx",
        f"{'A' + head[1:]}.{rest}",
        "eyJ3aG8iOlsiYWxpY2UiLCJ4IiwxLjAsIngiXX0.x.y",
        "a" * 4000,
    ):
        sent = requests.get(
            f"{worker.url}/api/me", cookies={"beamcast_session": forged}, timeout=20
        )
        assert sent.status_code == 401


def test_logging_out_ends_the_session_and_its_connections_but_no_other(
    installation: Installation, alice: Browser
) -> None:
    other = Browser(alice.url)
    other.log_in()
    viewer = installation.beamcast.viewer(installation.worker, headers=alice.cookie)
    viewer.watch()
    stolen = dict(alice.cookies)
    motion = alice.get(f"{alice.url}/api/streams/camera/stream.mjpg", stream=True, timeout=20)

    assert alice.log_out().headers["Location"] == "/login"

    assert alice.me() == 401
    until(lambda: viewer.client.eio.state != "connected", "the connection ends")
    for _ in motion.iter_content(65536):  # to its end
        pass
    with_stolen = requests.get(f"{alice.url}/api/me", cookies=stolen, timeout=20)
    assert with_stolen.status_code == 401
    assert other.me() == 200


def test_logging_out_everywhere_ends_all_of_a_users_sessions_on_every_worker(
    installation: Installation, alice: Browser
) -> None:
    second = installation.accounts.worker(installation.beamcast)
    elsewhere = Browser(second.url)
    elsewhere.log_in()
    assert elsewhere.me() == 200

    alice.log_out(everywhere="1")

    until(lambda: elsewhere.me() == 401, "the other worker knows")
    again = Browser(second.url)
    assert again.log_in().status_code == 303
    assert again.me() == 200


def test_an_ended_session_stays_ended_when_redis_forgets(
    installation: Installation, alice: Browser
) -> None:
    stolen = dict(alice.cookies)
    alice.log_out()
    broker = installation.beamcast.broker
    assert broker.zcard("beamcast:web:ended") > 0

    broker.delete("beamcast:web:ended")

    until(lambda: broker.zcard("beamcast:web:ended") > 0, "the worker writes to Redis again")
    assert requests.get(f"{alice.url}/api/me", cookies=stolen, timeout=20).status_code == 401


def test_a_new_password_ends_earlier_sessions_without_a_restart(
    installation: Installation,
) -> None:
    installation.accounts.run("add", "bob", typed="first password")
    bob = Browser(installation.worker.url)
    assert bob.log_in("bob", "first password").status_code == 303

    installation.accounts.run("add", "bob", typed="second password")
    assert bob.me() == 401
    assert bob.log_in("bob", "first password").status_code == 401
    assert bob.log_in("bob", "second password").status_code == 303

    installation.accounts.run("logout", "bob")
    assert bob.me() == 401
    installation.accounts.run("remove", "bob")
    assert bob.log_in("bob", "second password").status_code == 401


def test_a_program_has_a_token(installation: Installation) -> None:
    worker, token = installation.worker, installation.accounts.token()
    bearer = {"Authorization": f"Bearer {token}"}
    address = f"{worker.url}/api/me"
    assert requests.get(address, headers=bearer, timeout=20).json() == {
        "name": "archiver",
        "way": "token",
    }
    assert requests.get(address, auth=("any", token), timeout=20).ok, "as VLC and curl -u send it"
    assert requests.get(address, auth=("any", "x" + token), timeout=20).status_code == 401
    viewer = installation.beamcast.viewer(worker, headers=bearer)
    viewer.watch()
    viewer.wait_for(2)

    installation.accounts.run("remove", "archiver")

    until(lambda: viewer.client.eio.state != "connected", "its connection ends")
    assert requests.get(address, headers=bearer, timeout=20).status_code == 401


def test_a_socket_session_cannot_be_used_by_others(
    installation: Installation, alice: Browser
) -> None:
    installation.accounts.run("add", "carol", typed=PASSWORD)
    carol = Browser(alice.url)
    assert carol.log_in("carol").status_code == 303
    poll = f"{alice.url}/socket.io/?EIO=4&transport=polling"
    opened = alice.get(poll, timeout=20).text
    sid = re.findall(r'"sid":"([^"]+)"', opened)[0]

    assert carol.get(f"{poll}&sid={sid}", timeout=20).status_code == 403
    assert requests.get(f"{poll}&sid={sid}", timeout=20).status_code == 401
    assert alice.post(f"{poll}&sid={sid}", "40", timeout=20).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_a_page_of_another_site_gets_no_socket(alice: Browser, origin: str) -> None:
    for transport in ("polling", "websocket"):
        address = f"{alice.url}/socket.io/?EIO=4&transport={transport}"
        answer = alice.get(address, headers={"Origin": origin}, timeout=20)
        assert answer.status_code == 400
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_no_other_site_can_send_the_forms(worker: Worker, alice: Browser) -> None:
    fields = {"name": "alice", "password": PASSWORD}
    for token in ({}, {"csrf_token": ""}, {"csrf_token": Browser(worker.url).form()["csrf_token"]}):
        stranger = Browser(worker.url)
        stranger.form()
        sent = stranger.post(f"{worker.url}/login", fields | token, timeout=20)
        assert sent.status_code == 400
        assert "Try again" in sent.text
    assert alice.post(f"{alice.url}/logout", timeout=20).status_code == 400
    assert alice.me() == 200


def test_html_in_form_fields_stays_text(worker: Worker) -> None:
    script = "<script>alert(1)</script>"
    answer = Browser(worker.url).log_in(script, "x", next=f'/"><{script}')
    assert answer.status_code == 401
    assert "<script>alert" not in answer.text


def test_passwords_and_tokens_are_in_no_log(installation: Installation) -> None:
    browser = Browser(installation.worker.url)
    browser.log_in("alice", "a wrong secret")
    browser.log_in()
    token = installation.accounts.token("logger")
    until(lambda: requests.get(f"{browser.url}/api/me", auth=("x", token), timeout=20).ok, "known")
    output = installation.worker.process.output
    assert "'alice' logged in" in output
    assert "wrong user name or password: 'alice'" in output
    for secret in (PASSWORD, "a wrong secret", token):
        assert secret not in output
        assert secret not in installation.accounts.path.read_text()
    assert installation.accounts.path.stat().st_mode & 0o077 == 0


def test_from_another_machine_a_password_needs_tls(worker: Worker) -> None:
    elsewhere = {"Host": "beamcast.example"}
    browser = Browser(worker.url)
    fields = {**browser.form(), "name": "alice", "password": PASSWORD}
    page = browser.get(f"{worker.url}/login", headers=elsewhere, timeout=20).text
    assert "without TLS" in page
    assert 'type="password"' not in page

    sent = browser.post(
        f"{worker.url}/login", fields, headers=elsewhere | browser.cookie, timeout=20
    )
    assert sent.status_code == 403

    over_tls = {**elsewhere, "X-Forwarded-Proto": "https", "X-Forwarded-For": "10.0.0.9"}
    page = browser.get(f"{worker.url}/login", headers=over_tls, timeout=20).text
    assert 'type="password"' in page


def test_a_token_sent_without_tls_is_rejected(installation: Installation) -> None:
    token = installation.accounts.token("clear")
    address, basic = f"{installation.worker.url}/api/me", ("x", token)
    assert requests.get(address, auth=basic, timeout=20).ok
    answer = requests.get(address, auth=basic, headers={"Host": "beamcast.example"}, timeout=20)
    assert answer.status_code == 403
    assert "https" in answer.json()["hint"]


def test_metrics_are_only_for_direct_clients(worker: Worker) -> None:
    assert requests.get(f"{worker.url}/metrics", timeout=20).ok
    proxied = {"X-Forwarded-For": "10.0.0.9"}
    answer = requests.get(f"{worker.url}/metrics", headers=proxied, timeout=20)
    assert answer.status_code == 401


def test_password_guessing_is_slowed_on_all_workers_without_locking_the_owner_out(
    installation: Installation, tmp_path: Path
) -> None:
    installation.accounts.run("add", "dave", typed=PASSWORD)
    workers = [installation.worker, installation.accounts.worker(installation.beamcast)]
    guessers = [Browser(worker.url) for worker in workers]
    for guesser in guessers:
        guesser.headers["X-Forwarded-For"] = "10.0.0.66"
    forms = [guesser.form() for guesser in guessers]
    codes = []
    for attempt in range(14):
        guesser, form = guessers[attempt % 2], forms[attempt % 2]
        fields = {**form, "name": "dave", "password": f"guess {attempt}"}
        codes.append(guesser.post(f"{guesser.url}/login", fields, timeout=20))

    assert [answer.status_code for answer in codes] == [401] * 10 + [429] * 4
    assert int(codes[-1].headers["Retry-After"]) > 0
    assert "Too many login attempts" in codes[-1].text
    assert Browser(installation.worker.url).log_in("dave").status_code == 303


def test_many_user_names_from_one_address_share_its_attempts(
    installation: Installation,
) -> None:
    broker = installation.beamcast.broker
    broker.delete(*broker.keys("beamcast:limits:*"))
    stranger = Browser(installation.worker.url)
    stranger.headers["X-Forwarded-For"] = "10.0.0.77"
    form = stranger.form()
    for number in range(80):
        name = f"nobody {number} " * 9 if number % 2 else f"nobody{number}"
        fields = {**form, "name": name, "password": "x"}
        stranger.post(f"{stranger.url}/login", fields, timeout=20)

    refused = value(installation.worker.url, "beamcast_web_logins_total", outcome="limited")
    assert refused > 0
    assert len(broker.keys("beamcast:limits:*")) < 80


def test_a_form_that_is_too_old_does_not_look_like_a_logout(alice: Browser) -> None:
    answer = alice.post(f"{alice.url}/logout", {"csrf_token": "old"}, timeout=20)
    assert answer.status_code == 400
    assert "You are logged in" in answer.text
    assert "Try again" in answer.text
    assert alice.me() == 200


def test_an_unreadable_accounts_file_is_reported_and_read_later(
    installation: Installation,
) -> None:
    accounts, process = installation.accounts, installation.worker.process
    accounts.run("add", "erin", typed=PASSWORD)
    erin = Browser(installation.worker.url)
    assert erin.log_in("erin").status_code == 303
    whole = accounts.path.read_text()

    accounts.path.write_text(whole[:-20])
    assert erin.me() == 200
    until(lambda: "were read before stay in use" in process.output, "it is logged")

    accounts.path.write_text(whole)
    assert erin.me() == 200
    until(lambda: "can be read again" in process.output, "it is logged")
    accounts.run("remove", "erin")
    assert erin.me() == 401


def test_a_command_keeps_concurrent_changes_of_another(installation: Installation) -> None:
    accounts = installation.accounts
    accounts.run("add", "mallory", typed=PASSWORD)
    command = [sys.executable, "-m", "web.access", "--accounts", str(accounts.path), "add", "frank"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, text=True) as waiting:
        accounts.run("remove", "mallory")
        waiting.communicate(f"{PASSWORD}\n")

    users = accounts.run("list").splitlines()[0]
    assert "frank" in users
    assert "mallory" not in users


def test_a_worker_without_accounts_explains_how_to_create_them(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    missing = tmp_path / "none.json"
    for content, words in ((None, "web.access add NAME"), ("{}", "not a valid accounts file")):
        if content:
            missing.write_text(content)
        process = python(
            *("web", "-P", str(free_port()), "--redis", redis_server.url_of("web")),
            *("--auth", "password", "--accounts", str(missing)),
        )
        assert process.wait() == 1
        assert words in process.output
        assert "Traceback" not in process.output
