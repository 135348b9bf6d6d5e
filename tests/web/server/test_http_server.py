"""At the limit of descriptors a worker continues, and logs it once."""

import errno
import logging
import resource

import pytest

from web.server import http_server
from web.server.http_server import RECOVERED_AFTER_S, RESERVED_DESCRIPTORS, Accept, connection_limit

FULL = OSError(errno.EMFILE, "Too many open files")


class Listener:
    """A listening socket with soft_limits answers; a sleep advances the clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: object) -> None:
        self.now = 0.0
        self.answers = list(answers)
        self.waited = 0
        self.free = 100
        self.accept = Accept(self.take, lambda: self.free, lambda: self.now)
        monkeypatch.setattr(http_server.time, "sleep", self.sleep)

    def take(self) -> object:
        answer = self.answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer

    def sleep(self, seconds: float) -> None:
        self.waited += 1
        self.now += seconds


def test_a_lasting_limit_is_logged_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    listener = Listener(monkeypatch, *[FULL, "connection"] * 50)

    assert [listener.accept() for _ in range(50)] == ["connection"] * 50

    assert listener.waited == 50, "no busy loop"
    assert len(caplog.messages) == 1
    assert "Too many open files" in caplog.messages[0]
    assert "ulimit -n" in caplog.messages[0]


def test_the_end_of_the_limit_is_logged_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    listener = Listener(monkeypatch, FULL, "one", "two", "three", FULL, "four")
    listener.accept()

    listener.now += 2 * RECOVERED_AFTER_S
    assert [listener.accept() for _ in range(3)] == ["two", "three", "four"]

    assert [line.split(" (")[0] for line in caplog.messages] == [
        "limit of connections reached",
        "connections are accepted again",
        "limit of connections reached",
    ]


def test_the_last_free_place_is_logged_though_there_are_descriptors(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    listener = Listener(monkeypatch, *["connection"] * 3)
    for listener.free in (2, 1, 1):
        listener.accept()

    assert len(caplog.messages) == 1
    assert "all are in use" in caplog.messages[0]


@pytest.mark.parametrize(
    ("limits", "requested", "expected", "raised"),
    [
        ((1024, 4096), 2000, 2000, 2000 + RESERVED_DESCRIPTORS),
        ((1024, resource.RLIM_INFINITY), 2000, 2000, 2000 + RESERVED_DESCRIPTORS),
        ((256, 256), 2000, 256 - RESERVED_DESCRIPTORS, 256),
        ((20, 20), 2000, 8, 20),
        ((4096, 4096), 2000, 2000, None),
    ],
)
def test_some_descriptors_are_reserved_for_the_worker_itself(
    monkeypatch: pytest.MonkeyPatch,
    limits: tuple[int, int],
    requested: int,
    expected: int,
    raised: int | None,
) -> None:
    soft_limits: list[int] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: soft_limits.append(limits[0]))

    assert connection_limit(requested) == expected
    assert soft_limits == ([raised] if raised else [])
