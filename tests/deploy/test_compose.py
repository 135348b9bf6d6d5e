"""Run docker-compose.yml: viewers behind nginx while workers and sources change."""

import contextlib
import json
import time
from collections.abc import Iterator, Sequence

import pytest
import requests
from playwright.sync_api import sync_playwright

from tests.deploy.sender import HostCamera
from tests.deploy.stack import Stack
from tests.deploy.viewer import Viewer
from tests.support.chromium import OPTIONS, find_chromium
from tests.support.waiting import until

pytestmark = [pytest.mark.deploy, pytest.mark.timeout(300)]


@contextlib.contextmanager
def watching(
    stack: Stack, count: int, transports: Sequence[str] = ("websocket",)
) -> Iterator[list[Viewer]]:
    """Yield viewers that all receive frames."""
    with contextlib.ExitStack() as entered:
        viewers = [entered.enter_context(Viewer(stack.url, transports)) for _ in range(count)]
        until(lambda: all(v.frames for v in viewers), f"frames for {count} viewers", 30)
        yield viewers


def test_page_is_served_and_twenty_viewers_get_frames(stack: Stack) -> None:
    stack.scale_web(2)
    page = requests.get(f"{stack.url}/", timeout=5)
    assert page.status_code == 200
    assert "Beamcast" in page.text
    with watching(stack, 20) as viewers:
        until(lambda: all(len(v.frames) > 10 for v in viewers), "ten frames for each", 30)
        assert {v.transport for v in viewers} == {"websocket"}
        assert [v.refusals for v in viewers] == [[]] * 20


def test_no_viewer_is_without_frames_for_3_s_while_web_scales_1_4_2(stack: Stack) -> None:
    stack.scale_web(1)
    with watching(stack, 40) as early:
        start = time.monotonic()
        stack.scale_web(4)
        grown = time.monotonic()
        with watching(stack, 20) as late:
            assert stack.redis("PUBSUB", "NUMSUB", "beamcast:camera:frames").split()[1] == "4"
            before_shrinking = time.monotonic()
            stack.scale_web(2)
            shrunk = time.monotonic()
            count = len(late[0].frames)
            until(lambda: len(late[0].frames) > count + 50, "frames after the shrinking", 60)
            end = time.monotonic()
            pauses_late = [v.longest_pause_s(before_shrinking, end) for v in late]
            moved = sum(v.connections > 1 for v in late)
        pauses_early = [v.longest_pause_s(start, end) for v in early]
    print(
        f"1 → 4 in {grown - start:.1f} s, 4 → 2 in {shrunk - before_shrinking:.1f} s; "
        f"longest pause of 40 early viewers {max(pauses_early):.2f} s, "
        f"of 20 later ones {max(pauses_late):.2f} s; {moved} of them changed their worker"
    )
    assert moved > 0
    assert max(pauses_early) < 3
    assert max(pauses_late) < 3


def test_another_source_shows_within_5_s_without_a_reload(stack: Stack) -> None:
    stack.scale_web(2)
    with watching(stack, 20) as viewers, HostCamera(width=96, height=64) as camera:
        start = time.monotonic()
        source = f"tcp://host.docker.internal:{camera.port}"
        stack.compose("up", "-d", "ingest", BEAMCAST_SOURCE=source)
        until(lambda: all(v.frames[-1].width == 96 for v in viewers), "the new stream's frames", 30)
        took_s = max(next(f.at for f in v.frames if f.width == 96) for v in viewers) - start
        print(f"new stream on all viewers after {took_s:.2f} s")
        assert took_s < 5
        assert {v.connections for v in viewers} == {1}
        assert stack.redis("HGET", "beamcast:camera:status", "source") == source
    stack.compose("up", "-d", "ingest")
    until(lambda: stack.stream_state() == "live", "the simulated camera again", 30)


def test_polling_viewers_stay_on_their_worker_of_three(stack: Stack) -> None:
    stack.scale_web(3)
    with watching(stack, 9, ["polling"]) as viewers:
        until(lambda: all(len(v.frames) > 20 for v in viewers), "twenty frames for each", 30)
        assert {v.transport for v in viewers} == {"polling"}
        assert {v.connections for v in viewers} == {1}


@pytest.mark.parametrize(
    ("script", "transport"), [("", "websocket"), ("delete window.WebSocket", "polling")]
)
def test_browser_gets_frames_even_where_websocket_is_blocked(
    stack: Stack, script: str, transport: str
) -> None:
    stack.scale_web(3)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=OPTIONS)
        page = browser.new_page()
        page.add_init_script(script)
        page.goto(stack.url)
        frame_count = "Number(document.getElementById('picture').dataset.frames)"
        until(lambda: page.evaluate(frame_count) > 20, "twenty pictures", 30)
        assert page.evaluate("document.body.dataset.transport") == transport
        browser.close()


def test_redis_cli_shows_viewers_leases_subscriptions_and_status(stack: Stack) -> None:
    stack.scale_web(2)
    with watching(stack, 10):
        until(lambda: stack.redis("GET", "beamcast:camera:viewers") == "10", "a count of 10", 10)
        leases = stack.redis("HVALS", "beamcast:camera:leases").splitlines()
        assert sum(int(lease.split()[0]) for lease in leases) == 10
        numsub = stack.redis("PUBSUB", "NUMSUB", "beamcast:camera:frames").split()
        assert numsub == ["beamcast:camera:frames", str(len(leases))]
        assert stack.redis("HGET", "beamcast:camera:status", "state") == "live"
        assert stack.redis("ZRANGE", "beamcast:streams", "0", "-1") == "camera"
        assert json.loads(stack.redis("GET", "beamcast:camera:schema"))["channels"]
    until(lambda: stack.redis("EXISTS", "beamcast:camera:viewers") == "0", "nobody counted", 10)


def test_only_nginx_is_published_and_only_on_loopback(stack: Stack) -> None:
    published = {
        (container["Config"]["Labels"]["com.docker.compose.service"], port, b["HostIp"])
        for container in stack.containers()
        for port, bindings in container["NetworkSettings"]["Ports"].items()
        for b in bindings or []
    }
    assert published == {("nginx", "8080/tcp", "127.0.0.1")}


def test_containers_run_without_root_and_without_writing(stack: Stack) -> None:
    containers = stack.containers()
    assert len(containers) >= 5
    for container in containers:
        name = container["Name"]
        assert container["HostConfig"]["ReadonlyRootfs"], name
        assert container["HostConfig"]["CapDrop"] == ["ALL"], name
        assert "no-new-privileges:true" in container["HostConfig"]["SecurityOpt"], name
        assert container["HostConfig"]["Memory"] > 0, name
        assert container["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped", name
        assert container["HostConfig"]["LogConfig"]["Config"]["max-size"] == "10m", name
        service = container["Config"]["Labels"]["com.docker.compose.service"]
        users = stack.compose(
            "exec", "-T", service, "sh", "-c", "grep -h ^Uid: /proc/[0-9]*/status"
        )
        # docker-init, where there is one, is our user's too
        assert "0" not in {uid for line in users.splitlines() for uid in line.split()[1:]}, name


def test_the_metrics_of_a_worker_are_not_served_outside(stack: Stack) -> None:
    assert requests.get(f"{stack.url}/metrics", timeout=5).status_code == 404


def test_without_workers_nginx_says_so_and_recovers_by_itself(stack: Stack) -> None:
    stack.compose("stop", "web")
    page = requests.get(f"{stack.url}/", timeout=10)
    assert page.status_code == 503
    assert "Beamcast's web workers are starting" in page.text
    for path in ("/api/streams", "/socket.io/?EIO=4&transport=polling"):
        answer = requests.get(stack.url + path, timeout=10)
        assert answer.status_code == 503
        assert answer.json()["error"] == "no web worker answers"
    stack.compose("start", "web")
    until(lambda: stack.stream_state() == "live", "workers behind nginx again", 20)


def test_health_checks_pass_and_do_not_depend_on_redis(stack: Stack) -> None:
    stack.scale_web(2)
    services = ("redis", "ingest", "nginx")
    until(lambda: all(stack.healthy(s) == 1 for s in services), "healthy services", 30)
    stack.compose("stop", "redis")
    try:
        for service in ("web", "ingest"):
            stack.compose("exec", "-T", service, "python", "-m", "deploy.health", service)
    finally:
        stack.compose("start", "redis")
    until(lambda: stack.stream_state() == "live", "a live stream after Redis came back", 30)
