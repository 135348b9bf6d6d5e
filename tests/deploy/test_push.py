"""Run the board of docker-compose.yml: programs outside push to viewers behind nginx."""

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.deploy.stack import Stack, need_engine
from tests.support.processes import free_port
from tests.support.waiting import until

pytestmark = [pytest.mark.deploy, pytest.mark.timeout(300)]

PASSWORD = "a-long-word-of-passage"
SETTINGS = {"BEAMCAST_PUSH_PASSWORDS": PASSWORD, "COMPOSE_PROFILES": "push"}


class Board:
    """A stack with the profile push."""

    def __init__(self) -> None:
        self.ports = {"8800": free_port(), "8801": free_port()}
        ports = [str(port) for port in self.ports.values()]
        names = "BEAMCAST_PUSH_PORT", "BEAMCAST_PUSH_TCP_PORT"
        self.stack = Stack(**SETTINGS, **dict(zip(names, ports, strict=True)))
        self.url = f"http://127.0.0.1:{self.ports['8800']}/push"

    def post(self, password: str, **message: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {password}"}
        return requests.post(self.url, json=message, headers=headers, timeout=10)

    def cards(self) -> dict[str, Any]:
        """Return what a viewer of the page sees."""
        answer = requests.get(f"{self.stack.url}/api/boards/board", timeout=10)
        return {card["id"]: card for card in answer.json().get("cards", [])}


@pytest.fixture(scope="module")
def board() -> Iterator[Board]:
    need_engine()
    made = Board()
    try:
        made.stack.up()
        until(lambda: made.stack.healthy("push") == 1, "the board's container is healthy", 60)
        yield made
    finally:
        made.stack.down()


def test_a_program_with_the_password_pushes_from_outside_and_viewers_see_it(board: Board) -> None:
    assert board.post("guess", id="a", value=1).status_code == 401
    assert board.post(PASSWORD, id="a", value=1).status_code == 200
    with socket.create_connection(("127.0.0.1", board.ports["8801"]), 10) as connection:
        message = {"id": "b", "type": "text", "value": "a line", "api_crypt": PASSWORD}
        connection.sendall(json.dumps(message).encode() + b"\n")
        connection.shutdown(socket.SHUT_WR)
        assert json.loads(connection.recv(1000))["accepted"] == 1

    until(lambda: {"a", "b"} <= board.cards().keys(), "both are on the board", 20)
    assert requests.get(f"{board.stack.url}/board/board", timeout=10).ok


def test_a_board_survives_the_end_of_its_container(board: Board) -> None:
    assert board.post(PASSWORD, id="kept", value=7).ok
    until(lambda: "kept" in board.cards(), "it is on the board", 20)

    board.stack.compose("restart", "push")

    def is_taken() -> bool:
        try:
            return board.post(PASSWORD, id="kept", value=8).ok
        except requests.ConnectionError:
            return False

    until(is_taken, "messages are taken again", 30)
    until(lambda: board.cards()["kept"]["n"] == 2, "what was before stands beside it", 20)


def test_its_container_has_no_privileges_and_its_ports_are_only_on_loopback(board: Board) -> None:
    (container,) = board.stack.containers("push")
    assert container["HostConfig"]["ReadonlyRootfs"]
    assert container["HostConfig"]["CapDrop"] == ["ALL"]
    bindings = container["NetworkSettings"]["Ports"]
    published = {
        port.partition("/")[0]: (b["HostIp"], int(b["HostPort"]))
        for port, addresses in bindings.items()
        for b in addresses or []
    }
    assert published == {port: ("127.0.0.1", at) for port, at in board.ports.items()}
    assert "Traceback" not in board.stack.log("push")
