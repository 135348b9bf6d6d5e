"""``make run``: all parts on this machine, with one command."""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from tests.support.processes import Process, free_port, python
from tests.support.waiting import until


@contextmanager
def local_run(**environ: str) -> Iterator[Process]:
    """Run ``deploy.local`` and wait until it is ready."""
    process = python("deploy.local", environ={"BEAMCAST_PORT": str(free_port()), **environ})
    try:
        until(lambda: "Ctrl-C" in process.output or process.returncode is not None, "it runs", 60)
        assert process.returncode is None, process.output
        yield process
    finally:
        process.kill()


def address(process: Process, what: str) -> str:
    found = re.search(rf"^ +{what} +(http\S+)", process.output, re.MULTILINE)
    assert found, process.output
    return found[1]


def test_a_local_run_shows_the_simulated_camera_and_ends_with_all_parts() -> None:
    with local_run() as process:
        page = address(process, "page")
        streams = requests.get(f"{page}api/streams", timeout=10).json()
        assert "camera" in str(streams)
        assert requests.get(f"{page}api/streams/camera/frame.jpg", timeout=20).ok
        assert "/push" not in process.output

        process.send(signal.SIGINT)

        assert process.wait() == 0
    assert "Traceback" not in process.output


def test_a_local_run_with_a_board_prints_where_to_push_and_view() -> None:
    chosen = {
        "BEAMCAST_BOARD": "hall-2",
        "BEAMCAST_PUSH_PORT": str(free_port()),
        "BEAMCAST_PUSH_TCP_PORT": str(free_port()),
    }
    with local_run(**chosen) as process:
        taker, page = address(process, "push"), address(process, "page")
        assert chosen["BEAMCAST_PUSH_PORT"] in taker
        assert f"(board: {page}board/hall-2)" in process.output

        assert requests.post(taker, json={"id": "a", "value": 1}, timeout=10).ok

        board = f"{page}api/boards/hall-2"
        until(lambda: requests.get(board, timeout=10).json()["cards"], "the card is there")
        assert requests.get(f"{page}board/hall-2", timeout=10).ok
        process.send(signal.SIGINT)
        assert process.wait() == 0
    assert "Traceback" not in process.output
