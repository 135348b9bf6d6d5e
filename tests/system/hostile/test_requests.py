"""Invalid Socket.IO and HTTP requests get a clear answer, and do not affect other clients."""

import contextlib
import json
import re
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import websocket
from flask import Flask

from shared.broker import connect
from tests.support.beamcast import Beamcast, Worker
from tests.support.camera import Camera
from tests.support.processes import RedisServer
from tests.support.viewer import Viewer
from tests.support.waiting import until
from web.fanout.relay import Relays
from web.routes.api import api

SCRIPT = "<script>alert(1)</script>"


class Scene:
    """A live stream, a worker, and a bystander: a viewer that must not be affected."""

    def __init__(self) -> None:
        self.camera = Camera(rate_hz=50)
        self.beamcast = Beamcast()
        self.beamcast.ingest(self.camera.address)
        self.worker: Worker = self.beamcast.worker("--max-events-per-s", "1000")
        self.bystander: Viewer = self.beamcast.viewer(self.worker)
        self.bystander.watch()
        self.bystander.wait_for(1)
        self._checked = 0

    def check_bystander(self) -> None:
        """Check that the bystander gets frames on its first connection, without tracebacks."""
        output = self.worker.process.output[self._checked :]
        self._checked += len(output)
        assert "Traceback" not in output, output
        self.bystander.wait_for_more(1)
        assert self.bystander.connects == 1

    def stop(self) -> None:
        self.camera.close()
        self.beamcast.stop()


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    scene = Scene()
    yield scene
    scene.stop()


@pytest.fixture
def viewer(scene: Scene) -> Iterator[Viewer]:
    """A viewer that sends invalid requests."""
    viewer = Viewer(scene.worker.url)
    yield viewer
    viewer.close()
    scene.check_bystander()


NOT_A_WATCH: list[tuple[Any, ...]] = [
    (),
    (None,),
    (5,),
    ("camera",),
    (["camera"],),
    (b"camera",),
    (True,),
    ({"stream": "camera"}, {"stream": "camera"}),
    ({},),
    ({"stream": None},),
    ({"stream": 5},),
    ({"stream": ["camera"]},),
    ({"stream": {"$ne": 1}},),
    ({"stream": b"camera"},),
    ({"stream": ""},),
    ({"stream": "x" * 65},),
    ({"stream": "../../etc/passwd"},),
    ({"stream": "camera\n"},),
    ({"stream": "camera:frames"},),
    ({"stream": "*"},),
    ({"stream": "caméra"},),
    ({"stream": SCRIPT},),
    ({"stream": "camera", "admin": True},),
    ({"stream": "camera", "rendition": "x2"},),
    ({"stream": "camera", "rendition": ["full"]},),
    ({"stream": "camera", "image": 5},),
    ({"stream": "no-such-stream", SCRIPT * 100: 1},),
]


def test_an_unknown_stream_is_rejected_by_its_name(scene: Scene, viewer: Viewer) -> None:
    answer = viewer.call("watch", {"stream": "no-such-stream"})

    assert set(answer) == {"error", "hint", "part"}
    assert answer["part"] == "stream"
    assert "no-such-stream" in answer["error"]
    assert scene.beamcast.viewers() == 1


@pytest.mark.parametrize("payload", NOT_A_WATCH, ids=lambda payload: repr(payload)[:50])
def test_an_invalid_watch_is_rejected_with_a_hint(
    scene: Scene, viewer: Viewer, payload: tuple[Any, ...]
) -> None:
    answer = viewer.call("watch", *payload)

    assert set(answer) == {"error", "hint"}
    assert answer["error"]
    assert answer["hint"]
    assert len(json.dumps(answer)) < 500
    assert scene.beamcast.viewers() == 1


@pytest.mark.parametrize("payload", [(None,), (5,), ({"stream": 5},), ({}, {}), ({"x": 1},)])
def test_an_invalid_unwatch_is_rejected_and_changes_nothing(
    viewer: Viewer, payload: tuple[Any, ...]
) -> None:
    viewer.watch()

    assert set(viewer.call("unwatch", *payload)) == {"error", "hint"}
    viewer.wait_for_more(2)


def test_unwatching_an_unwatched_stream_is_not_an_error(viewer: Viewer) -> None:
    assert viewer.call("unwatch", {"stream": "camera"}) == {}
    assert viewer.call("unwatch") == {}


def test_a_viewer_watches_sixteen_streams_at_most(scene: Scene, viewer: Viewer) -> None:
    streams = [f"many-{number}" for number in range(17)]
    scene.beamcast.broker.zadd("beamcast:streams", dict.fromkeys(streams, time.time()))

    answers = [viewer.call("watch", {"stream": stream}) for stream in streams]

    assert [answer.get("stream", answer) for answer in answers[:16]] == streams[:16]
    assert answers[16]["error"] == "too many streams: 16 of 16 are watched"
    assert "unwatch" in answers[16]["hint"]
    assert viewer.call("unwatch", {"stream": streams[0]}) == {}
    assert viewer.call("watch", {"stream": streams[16]})["stream"] == streams[16]


def test_a_thousand_watches_count_as_one_viewer(scene: Scene, viewer: Viewer) -> None:
    for _ in range(1000):
        viewer.client.emit("watch", {"stream": "camera"})
    assert viewer.watch()["stream"] == "camera"

    assert scene.beamcast.viewers() == 2
    viewer.wait_for_more(3)
    ids = [frame.header["seq"] for frame in viewer.frames]
    assert len(ids) == len(set(ids))


def test_rapid_watching_and_disconnecting_ends_with_the_right_count(
    scene: Scene, viewer: Viewer
) -> None:
    for _ in range(200):
        viewer.client.emit("watch", {"stream": "camera"})
        viewer.client.emit("unwatch", {"stream": "camera"})
    viewer.call("unwatch")

    until(lambda: scene.beamcast.viewers() == 1, "one viewer is left")


def test_unknown_events_are_ignored(viewer: Viewer) -> None:
    for event in ("frame", "status", "admin", SCRIPT, "__class__", "x" * 1000):
        viewer.client.emit(event, {"stream": "camera"})

    assert viewer.watch()["stream"] == "camera"


def test_an_unknown_namespace_is_refused(scene: Scene) -> None:
    line = websocket.create_connection(socket_io(scene), timeout=10)
    line.recv()
    line.send("40/admin,")

    assert line.recv().startswith("44/admin,")
    line.close()
    scene.check_bystander()


def socket_io(scene: Scene) -> str:
    return f"ws://127.0.0.1:{scene.worker.port}/socket.io/?EIO=4&transport=websocket"


MALFORMED: list[str | bytes] = [
    "",
    "4",
    "9",
    "x",
    "42",
    "42{",
    "42[",
    '42["watch"',
    "42[]",
    "42[5]",
    "42[null]",
    '42{"watch": 1}',
    '42"watch"',
    "4299999999999999999999[1]",
    '42/admin,["watch",{}]',
    '451-["watch",{"_placeholder":true,"num":0}]',
    '459999999-["watch",{}]',
    '451-["watch",{"_placeholder":true,"num":7}]',
    '45-["watch"]',
    "46",
    "430[]",
    '431["x"]',
    '42["watch",' + "[" * 20_000 + "]" * 20_000 + "]",
    '42["watch",{"stream":"' + "\\ud800" + '"}]',
    '42["connect"]',
    '42["disconnect"]',
    b"",
    b"binary out of the blue",
    "2probe",
    "3",
    "6",
    "40" + json.dumps({"token": "x" * 1000}),
]


@pytest.mark.parametrize("packet", MALFORMED, ids=lambda packet: repr(packet)[:40])
def test_a_malformed_packet_affects_only_its_sender(scene: Scene, packet: str | bytes) -> None:
    line = websocket.create_connection(socket_io(scene), timeout=10)
    line.recv()
    line.send("40")
    assert line.recv().startswith("40")

    send = line.send_binary if isinstance(packet, bytes) else line.send
    for _ in range(2):
        send(packet)
    if packet == '451-["watch",{"_placeholder":true,"num":7}]':
        line.send_binary(b"the one attachment")
    line.close()

    scene.check_bystander()


def test_attachments_are_not_collected(scene: Scene) -> None:
    line = websocket.create_connection(socket_io(scene), timeout=10)
    line.recv()
    line.send("40")
    line.recv()
    before = refused_packets(scene)

    line.send('459999999-["watch",{"_placeholder":true,"num":0}]')
    for _ in range(20):
        line.send_binary(bytes(20_000))

    until(lambda: refused_packets(scene) == before + 21, "each of them is refused")
    line.close()
    scene.check_bystander()


def refused_packets(scene: Scene) -> float:
    """Return the worker's count of malformed packets."""
    metrics = requests.get(f"{scene.worker.url}/metrics", timeout=10).text
    found = re.search(r'^beamcast_web_refused_total\{kind="packet"\} (\S+)$', metrics, re.M)
    return float(found[1]) if found else 0.0


def test_a_huge_message_ends_its_senders_connection(scene: Scene) -> None:
    line = websocket.create_connection(socket_io(scene), timeout=10)
    line.recv()
    line.send("40")
    line.recv()

    def ended() -> bool:
        try:
            line.send('42["watch",{"stream":"' + "x" * 1_000_000 + '"}]')
            return not line.connected or not line.recv()
        except (OSError, websocket.WebSocketException):
            return True

    until(ended, "it is disconnected")
    line.close()
    scene.check_bystander()


@pytest.mark.parametrize(
    ("method", "query", "body"),
    [
        ("GET", "", b""),
        ("GET", "?EIO=3&transport=polling", b""),
        ("GET", "?EIO=x&transport=polling", b""),
        ("GET", "?EIO=4&transport=pigeon", b""),
        ("GET", "?EIO=4&transport=polling&sid=nobody", b""),
        ("POST", "?EIO=4&transport=polling&sid=nobody", b"40"),
        ("POST", "?EIO=4&transport=polling", b"40"),
        ("PUT", "?EIO=4&transport=polling", b"40"),
        ("GET", "?EIO=4&transport=websocket", b""),
        ("GET", "?EIO=4&transport=polling&j=x", b""),
    ],
)
def test_a_malformed_handshake_is_refused(
    scene: Scene, method: str, query: str, body: bytes
) -> None:
    answer = requests.request(method, f"{scene.worker.url}/socket.io/{query}", data=body, timeout=5)

    assert 400 <= answer.status_code < 500
    scene.check_bystander()


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b"", b"4", b"42[", b"\x1e" * 100, b"b!!!", b"x" * 100_000, b"99"]
)
def test_a_malformed_post_of_a_polling_viewer_is_refused(scene: Scene, body: bytes) -> None:
    url = f"{scene.worker.url}/socket.io/?EIO=4&transport=polling"
    sid = json.loads(requests.get(url, timeout=5).text[1:])["sid"]
    requests.post(f"{url}&sid={sid}", data=b"40", timeout=5)

    with contextlib.suppress(requests.Timeout):  # it may be left waiting
        answer = requests.post(f"{url}&sid={sid}", data=body, timeout=0.5)
        assert answer.status_code in (200, 400, 413, 500)
    scene.check_bystander()


BAD_STREAMS = ["a b", "a%00b", "%2e%2e%2fx", "é", "x" * 65, "a:b", "*", "%3Cscript%3E", "a%0ab"]


@pytest.mark.parametrize("name", BAD_STREAMS)
@pytest.mark.parametrize("tail", ["", "/frame.jpg", "/stream.mjpg"])
def test_a_stream_that_is_no_name_is_refused_by_the_api(scene: Scene, name: str, tail: str) -> None:
    answer = requests.get(f"{scene.worker.url}/api/streams/{name}{tail}", timeout=5)

    assert answer.status_code in (400, 404)
    assert set(answer.json()) == {"error", "hint"}


@pytest.mark.parametrize("tail", ["", "/frame.jpg", "/stream.mjpg"])
def test_an_unknown_stream_is_not_found_and_the_known_ones_are_named(
    scene: Scene, tail: str
) -> None:
    answer = requests.get(f"{scene.worker.url}/api/streams/nobody{tail}", timeout=5)

    assert answer.status_code == 404
    assert answer.json()["error"] == "unknown stream 'nobody'"
    assert "camera" in answer.json()["hint"]
    assert scene.beamcast.viewers("nobody") == 0


@pytest.mark.parametrize("path", ["/nowhere", "/view/a b", "/view/" + "x" * 65, "/api", "/lib/"])
def test_a_missing_page_links_back(scene: Scene, path: str) -> None:
    answer = requests.get(scene.worker.url + path, timeout=5)

    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")
    assert 'href="/"' in answer.text


@pytest.mark.parametrize("path", ["/api/", "/api/nowhere", "/api/streams/camera/x", "/api/../x"])
def test_nothing_under_api_answers_with_a_page(scene: Scene, path: str) -> None:
    status, headers, body = raw(scene, f"GET {path} HTTP/1.1")

    assert status == 404
    assert "application/json" in headers
    assert set(json.loads(body)) == {"error", "hint"}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/", "/api/streams", "/api/streams/camera/frame.jpg", "/healthz"])
def test_other_methods_are_not_allowed(scene: Scene, method: str, path: str) -> None:
    answer = requests.request(method, scene.worker.url + path, data=b"x" * 1000, timeout=5)

    assert answer.status_code == 405
    if path.startswith("/api"):
        assert set(answer.json()) == {"error", "hint"}


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/api/streams", "/api/streams/camera/stream.mjpg", "/nowhere"]
)
def test_head_answers_without_a_body(scene: Scene, path: str) -> None:
    answer = requests.head(scene.worker.url + path, timeout=5)

    assert answer.status_code == (404 if path == "/nowhere" else 200)
    assert answer.content == b""
    until(lambda: scene.beamcast.viewers() == 1, "nobody but the bystander is counted")


@pytest.mark.parametrize("root", ["/lib", "/static", "/lib/uplot", "/static/js"])
@pytest.mark.parametrize(
    "path",
    [
        "/../app.py",
        "/../../web/app.py",
        "/..%2fapp.py",
        "/%2e%2e/%2e%2e/app.py",
        "/..%5capp.py",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/....//app.py",
        "/.%00./app.py",
        "/../../../../../../../../etc/passwd",
    ],
)
def test_no_file_but_the_pages_own_is_served(scene: Scene, root: str, path: str) -> None:
    status, _, body = raw(scene, f"GET {root}{path} HTTP/1.1")

    assert status in (301, 308, 400, 404)
    assert b"import" not in body
    assert b"root:" not in body


def raw(scene: Scene, *lines: str) -> tuple[int, str, bytes]:
    """Send a raw request; return status, headers and body of the response."""
    with socket.create_connection(("127.0.0.1", scene.worker.port), 10) as connection:
        request = "\r\n".join((*lines, "Host: localhost", "Connection: close", "", ""))
        connection.sendall(request.encode("latin-1"))
        answer = b""
        while part := connection.recv(65536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split(None, 2)[1]) if head.startswith(b"HTTP/1.") else 0
    return status, head.decode("latin-1"), body


@pytest.mark.parametrize(
    "lines",
    [
        ("GET / HTTP/1.1", "X-Long: " + "x" * 100_000),
        ("GET /" + "x" * 100_000 + " HTTP/1.1",),
        ("GET / HTTP/1.1", *(f"X-{n}: 1" for n in range(5000))),
        ("GET / HTTP/9.9",),
        ("NONSENSE",),
        ("",),
        ("GET / HTTP/1.1", "Content-Length: many"),
        ("POST / HTTP/1.1", "Content-Length: -5"),
        ("GET /%ff%fe HTTP/1.1",),
        ("GET /\xff HTTP/1.1",),
        ("GET / HTTP/1.1", "Cookie: \xff\xfe"),
        ("GET /api/streams/camera?%zz=%zz HTTP/1.1",),
    ],
    ids=lambda lines: lines[0][:20] + "," + lines[-1][:20],
)
def test_a_malformed_request_is_answered_or_disconnected(
    scene: Scene, lines: tuple[str, ...]
) -> None:
    try:
        status, _, _ = raw(scene, *lines)
    except ConnectionError:
        status = 0

    assert status < 500 or status in (501, 505)
    scene.check_bystander()


def test_a_client_that_never_finishes_its_request_does_not_affect_others(scene: Scene) -> None:
    slow = [socket.create_connection(("127.0.0.1", scene.worker.port), 10) for _ in range(50)]
    for line in slow:
        line.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")

    assert requests.get(f"{scene.worker.url}/healthz", timeout=5).ok
    scene.check_bystander()
    for line in slow:
        line.close()


def test_the_next_picture_of_a_stream_without_one_is_refused_with_the_reason(scene: Scene) -> None:
    with Camera(content=lambda pulse_id: {"energy": 5.0}) as camera:
        ingest = scene.beamcast.ingest(camera.address, "--stream", "values-alone")
        until(lambda: scene.beamcast.status("values-alone").get("state") == "live", "it is live")

        url = f"{scene.worker.url}/api/streams/values-alone/frame.jpg"
        answer = requests.get(url, timeout=5)

        assert answer.status_code == 404
        assert answer.json()["error"] == "the frame has no picture"
        ingest.stop()


def test_a_request_for_an_image_that_does_not_arrive_times_out(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.routes.api.FRAME_WAIT_S", 0.3)
    broker = connect(redis_server.url)
    app = Flask("web")
    app.register_blueprint(api(Relays(broker, "worker"), broker, "camera"))

    answer = app.test_client().get("/api/streams/camera/frame.jpg")

    assert answer.status_code == 504
    assert answer.json["error"] == "timed out: no frame within 0.3 s"
    assert "No ingest is running" in answer.json["hint"]
    assert broker.get("beamcast:camera:viewers") is None


def test_the_pages_carry_their_security_headers(scene: Scene) -> None:
    for path in ("/", "/nowhere", "/api/streams", "/static/css/base.css", "/api/nowhere"):
        headers = requests.get(scene.worker.url + path, timeout=5).headers
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_no_answer_repeats_markup_as_markup(scene: Scene) -> None:
    for path in (f"/{SCRIPT}", f"/view/{SCRIPT}", f"/view/camera?x={SCRIPT}"):
        assert SCRIPT not in requests.get(scene.worker.url + path, timeout=5).text
