"""The shipped users of Redis: each has the rights that it needs, and no others."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests
from redis.exceptions import NoPermissionError

from deploy import health, local
from shared.broker import Broker, connect
from shared.settings import IngestSettings
from tests.support.beamcast import Beamcast
from tests.support.camera import Camera
from tests.support.processes import SELECTORS_SINCE
from tests.support.push import Push
from tests.support.redis_users import RedisWithUsers
from tests.support.waiting import until
from web.access.login_rate_limit import LoginRateLimit
from web.access.revoked_sessions import RevokedSessions

SHARED = [
    "GET other",
    "SET other 1",
    "GET beamcast",
    "KEYS *",
    "SCAN 0",
    "FLUSHALL",
    "CONFIG GET *",
    "CLIENT LIST",
    "CLIENT KILL TYPE normal",
    "ACL LIST",
    "SCRIPT FLUSH",
    "MONITOR",
    "SLOWLOG GET",
    "REPLICAOF NO ONE",
    "SAVE",
    "INFO",
    "PSUBSCRIBE *",
    "PUBLISH other x",
    "SUBSCRIBE other",
    "RENAME beamcast:camera:viewers beamcast:camera:leases",
]
ALONE = {
    "default": ["GET beamcast:camera:status", "PUBLISH beamcast:events x", "SET beamcast:x 1"],
    "ingest": ["GET beamcast:web:ended", "SET beamcast:limits:x 1", "PUBLISH beamcast:socketio x"],
    "web": [
        "GET beamcast:camera:owner",
        "SET beamcast:camera:owner me PX 9999",
        "GET beamcast:camera:epoch",
        "SET beamcast:camera:epoch 1",
    ],
}
APART = {
    "default": [],
    "ingest": ["SUBSCRIBE beamcast:camera:frames", "SUBSCRIBE beamcast:socketio"],
    "web": [
        "PUBLISH beamcast:camera:frames x",
        "PUBLISH beamcast:camera:frames:half x",
        "HSET beamcast:camera:status state live",
        "DEL beamcast:camera:status",
        "SET beamcast:camera:schema {}",
        "HSET beamcast:board:cards a {}",
        "LTRIM beamcast:board:card:a 1 0",
        "SET beamcast:camera:standby me",
        "ZADD beamcast:streams 1 camera",
    ],
}
"""what is refused by those versions of Redis that tell reading and writing apart"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisWithUsers]:
    made = RedisWithUsers(tmp_path)
    yield made
    made.stop()


def test_each_user_has_the_rights_that_its_programs_use_and_no_more(tmp_path: Path) -> None:
    """In another database than 0, and with an installation's name; other tests have neither."""
    server = RedisWithUsers(tmp_path, "alpha", 3)
    beamcast = Beamcast(server=server)
    ingest_url, web_url = server.url_of("ingest", 3), server.url_of("web", 3)
    ingest_options = "--redis", ingest_url, "--installation", "alpha"
    web_options = "--redis", web_url, "--installation", "alpha"
    notices = server.broker.names.notices
    try:
        with server.recorded() as commands, Camera() as camera, Camera() as two:
            first = beamcast.ingest(camera.address, *ingest_options)
            beamcast.ingest(two.address, *ingest_options, "--stream", "two")
            workers = [beamcast.worker(*web_options) for _ in range(2)]
            viewers = [beamcast.viewer(worker) for worker in workers]
            viewers[0].watch()
            viewers[1].watch(rendition="precise:0,0,64,48")
            for viewer in viewers:
                viewer.wait_for(3)
            assert beamcast.viewers() == 2

            page = workers[0].url
            paths = ["", "/camera", "/camera/frame.jpg", "/camera/snapshot.h5", "/two"]
            for url in (f"{page}/readyz", *(f"{page}/api/streams{path}" for path in paths)):
                assert requests.get(url, timeout=20).status_code == 200
            assert "two" in requests.get(page, timeout=10).text
            film_url = f"{page}/api/streams/camera/stream.mjpg"
            with closing(requests.get(film_url, stream=True, timeout=10)) as film:
                assert next(film.iter_content(1000))
            with connect(web_url, installation="alpha") as web:
                notice = '{"method":"emit","event":"notice","data":{"text":"x"},"namespace":"/"}'
                server.broker.publish(notices, notice)
                until(lambda: all(viewer.notices for viewer in viewers), "the notice comes")
                count_attempts(web)

            push = Push(server, *ingest_options)
            beamcast.add(push.process)
            push.post({"id": "a", "value": 1}, {"id": "cam", "type": "image", "value": [[1]]})
            until(lambda: kept_cards(page) == {"a", "cam"}, "a worker reads what a board shows")
            assert requests.get(f"{page}/view/board", timeout=10).url == f"{page}/board/board"
            assert push.process.stop() == 0
            until(lambda: not beamcast.status("board.cam"), "nothing feeds its picture")
            listed = requests.get(f"{page}/api/streams", timeout=10).json()["streams"]
            assert {"board", "board.cam"} <= {each["stream"] for each in listed}
            again = Push(server, *ingest_options)
            beamcast.add(again.process)

            options = IngestSettings(redis=ingest_url, installation="alpha")
            assert health.check_ingest(options, "camera") == ""
            until(lambda: not health.check_ingest(options, "board"), "the board reports too")
            assert local.is_ingesting(ingest_url, "", "alpha", "camera", first.pid)
            second = beamcast.start_ingest(camera.address, *ingest_options, "--standby", "1")
            until(lambda: "standing by" in second.output, "a second one waits")
            assert first.stop() == 0
            until(lambda: "epoch" in second.output, "it takes over")
            viewers[0].wait_for_more(3)
            for worker in workers:
                assert worker.process.stop() == 0
            leases = server.broker.names.leases("camera")
            server.broker.hset(leases, "other", "no lease")
            until(lambda: not server.broker.exists(leases), "ingest deletes what is no lease")

        assert server.denied() == []
        not_here = {"role", "ping"}  # what a new connection asks with sentinels, and with TLS
        for user in ("web", "ingest"):
            assert server.granted(user) - commands[user] - commands["?"] - not_here == set()
    finally:
        beamcast.stop()
    assert server.returncode == 0


def kept_cards(page: str) -> set[str]:
    answer = requests.get(f"{page}/api/boards/board", timeout=10)
    return {card["id"] for card in answer.json().get("cards", [])}


def count_attempts(web: Broker) -> None:
    """Store what a worker keeps of logins."""
    rate_limit, revoked = LoginRateLimit(web), RevokedSessions(web, 3600)
    while not rate_limit.count_attempt("user", "127.0.0.1"):
        pass
    rate_limit.reset("user", "127.0.0.1")
    revoked.revoke_session("one")
    RevokedSessions(web, 3600).exchange()
    RevokedSessions(web, -1).revoke_session("of the past")
    revoked.exchange()


@pytest.mark.parametrize("user", ["default", "ingest", "web"])
def test_commands_that_a_user_does_not_need_are_denied(server: RedisWithUsers, user: str) -> None:
    url = f"redis://127.0.0.1:{server.port}/0" if user == "default" else server.url_of(user)
    apart = APART[user] if server.version >= SELECTORS_SINCE else []
    with connect(url) as client:
        assert client.ping()
        for command in (*SHARED, *ALONE[user], *apart):
            with pytest.raises(NoPermissionError):
                client.execute_command(*command.split())


def test_a_script_has_no_more_rights_than_its_user(server: RedisWithUsers) -> None:
    with connect(server.url_of("web")) as client:
        for call in ("'GET', 'other'", "'FLUSHALL'", "'PUBLISH', 'other', 'x'"):
            with pytest.raises(Exception, match=r"script can't|permission"):
                client.register_script(f"return redis.call({call})")()


@pytest.mark.parametrize("user", ["ingest", "web"])
def test_the_shipped_users_cannot_log_in_without_a_password(
    server: RedisWithUsers, user: str
) -> None:
    server.broker.acl_setuser(user, enabled=True, reset_passwords=True)
    with (
        connect(server.url_of(user)) as client,
        pytest.raises(Exception, match="invalid username-password"),
    ):
        client.ping()
