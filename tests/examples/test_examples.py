"""Each example runs as its first lines say, and creates its cards."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared.envelope import blob
from tests.support.beamcast import Beamcast
from tests.support.processes import ROOT, Process, free_port
from tests.support.push import Push
from tests.support.rtsp import RtspServer
from tests.support.viewer import Viewer
from tests.support.waiting import until

EXAMPLES = Path(ROOT, "examples")
PYTHON = sys.executable
CLIENT = {"beamcast_client" + ".py"}


def cards(beamcast: Beamcast) -> dict[str, Any]:
    """Return the board's cards in Redis, by id."""
    kept = beamcast.broker.hgetall("beamcast:board:cards").values()
    return {card["id"]: card for card in map(orjson.loads, kept)}


def run(push: Push, *command: str, stdin: str = "") -> str:
    """Run an example against this board; return its output."""
    done = subprocess.run(
        command,
        input=stdin,
        env={**os.environ, "BOARD_URL": push.url.removesuffix("/push")},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize(
    ("example", "types"),
    [
        ("random_walk.py", {"Random walk": "line"}),
        ("stocks.py", {"Stocks": "line", "Last prices": "bar"}),
        ("heatmap.py", {"Waves": "heatmap"}),
        ("numpy_image.py", {"Beam spot": "image"}),
        ("system_load.py", {"Load": "line", "Disk [GB]": "doughnut"}),
    ],
)
def test_an_example_in_python_makes_its_cards(
    beamcast: Beamcast, push: Push, example: str, types: dict[str, str]
) -> None:
    run(push, PYTHON, f"examples/{example}", "2")

    until(lambda: len(cards(beamcast)) == len(types), "the cards are there")
    assert {name: card["type"] for name, card in cards(beamcast).items()} == types


def test_two_sources_in_one_program_make_their_cards(beamcast: Beamcast, push: Push) -> None:
    run(push, PYTHON, "examples/data_stream.py", "2")

    until(lambda: cards(beamcast).get("Load", {}).get("n", 0) >= 2, "values are there")
    assert {name: card["type"] for name, card in cards(beamcast).items()} == {
        "Load": "line",
        "Busiest": "text",
    }


def test_the_text_log_takes_what_it_is_given(beamcast: Beamcast, push: Push) -> None:
    run(push, PYTHON, "examples/text_log.py", stdin="one\n<b>two</b>\n")

    until(lambda: cards(beamcast).get("Log", {}).get("n") == 2, "both lines are there")


def test_curl_pushes_a_message(beamcast: Beamcast, push: Push) -> None:
    output = run(push, "sh", "examples/http.sh", push.url.removesuffix("/push"))

    assert output == '{"accepted": 1}'
    until(lambda: "Beam current" in cards(beamcast), "the card is there")


def test_netcat_pushes_messages(beamcast: Beamcast, push: Push) -> None:
    output = run(push, "sh", "examples/tcp.sh", "127.0.0.1", str(push.tcp_port))

    assert orjson.loads(output) == {"accepted": 3, "refused": 0}
    until(lambda: cards(beamcast).get("Counts", {}).get("n") == 3, "the card is there")


def test_javascript_pushes_a_message(beamcast: Beamcast, push: Push) -> None:
    node = str(Path(PYTHON).with_name("node"))
    output = run(push, node, "examples/push.mjs", push.url.removesuffix("/push"))

    assert output.startswith("200")
    until(lambda: "From JavaScript" in cards(beamcast), "the card is there")


def udp_video(port: int, seconds: str) -> Process:
    return Process(PYTHON, "examples/udp_video.py", "--port", str(port), "--seconds", seconds)


def video_shown(beamcast: Beamcast, push: Push, address: str) -> tuple[Process, Viewer]:
    """Run the example that shows an address; return it and a viewer of its card's stream."""
    environ = {
        "PATH": f"{Path(PYTHON).parent}:{os.environ['PATH']}",
        "BEAMCAST_REDIS": beamcast.redis.url,
    }
    base = push.url.removesuffix("/push")
    script = Process("sh", "examples/video.sh", address, "hall", base, environ=environ)
    beamcast.add(script)
    until(lambda: "hall" in cards(beamcast), "the card is there")
    stream = cards(beamcast)["hall"]["stream"]
    viewer = beamcast.viewer(beamcast.worker())
    until(lambda: "error" not in viewer.watch(stream), "the stream is there")
    return script, viewer


def pictures(viewer: Viewer) -> list[bytes]:
    return [bytes(blob(frame.header["image"], frame.body)) for frame in viewer.wait_for(10)]


def test_a_moving_picture_comes_over_udp_and_ends(beamcast: Beamcast, push: Push) -> None:
    port = free_port()
    sender = udp_video(port, "100")
    beamcast.add(sender)

    script, viewer = video_shown(beamcast, push, f"udp://127.0.0.1:{port}")

    assert len(set(pictures(viewer))) > 5
    assert script.stop() == 0
    assert beamcast.status("hall") == {}
    assert sender.returncode is None


def test_a_cameras_video_is_shown_and_let_go(beamcast: Beamcast, push: Push) -> None:
    with RtspServer() as camera:
        script, viewer = video_shown(beamcast, push, camera.address)

        assert pictures(viewer)
        script.send(signal.SIGINT)
        assert script.wait() == 0
        until(lambda: camera.playing == 0, "the camera is let go")


def test_the_sender_of_a_moving_picture_sends_for_as_long_as_it_is_told() -> None:
    assert udp_video(free_port(), "1").wait() == 0


@pytest.mark.parametrize("seconds", ["0", "-1", "86401", "1e3", "x"])
def test_the_sender_of_a_moving_picture_says_how_long_it_may_send(seconds: str) -> None:
    process = udp_video(free_port(), seconds)

    assert process.wait() == 2
    assert "allowed is an integer from 1 to 86400" in process.output


def test_a_video_that_cannot_be_started_ends_the_script(beamcast: Beamcast, push: Push) -> None:
    environ = {"PATH": f"{Path(PYTHON).parent}:{os.environ['PATH']}"}
    base = push.url.removesuffix("/push")
    script = Process("sh", "examples/video.sh", "x:y", "hall", base, environ=environ)

    assert script.wait() != 0
    assert "allowed" in script.output


def test_every_example_is_run() -> None:
    text = Path(__file__).read_text()
    files = {path.name for path in EXAMPLES.iterdir() if path.is_file()} - CLIENT

    run_here = {name for name in files if f"/{name}" in text or f'"{name}"' in text}
    assert files - run_here == set()
