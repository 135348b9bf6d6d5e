"""While everybody may watch, a worker answers only to its own host names."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

from shared.settings import WebSettings
from tests.support.waiting import until
from web.access.hosts import AllowedHosts


def run_directly(work: Callable[..., Any]) -> Any:
    return "" if work is socket.getfqdn else work()


def hosts(**options: Any) -> AllowedHosts:
    return AllowedHosts(WebSettings(allow_anyone=True, **options), run_directly)


@pytest.mark.parametrize(
    "name",
    ["10.0.0.1", "[::1", "2001:db8::1", "localhost", "LOCALHOST.", "a.localhost", "web", "hall-7"],
)
def test_local_names_are_allowed(name: str) -> None:
    assert hosts().allow(name)


@pytest.mark.parametrize(
    "name",
    ["evil.example", "EVIL.example.", "10.0.0.1.evil.example", "localhost.example", "a.b"],
)
def test_names_that_a_site_of_the_internet_may_have_are_rejected(name: str) -> None:
    assert not hosts().allow(name)


@pytest.mark.parametrize("name", ["", ".", "..."])
def test_an_empty_name_is_rejected(name: str) -> None:
    assert not hosts().allow(name)


def test_configured_names_are_allowed() -> None:
    made = hosts(published="Hall.example", host="cam.example", allowed_hosts=("b.example",))

    assert all(map(made.allow, ("hall.example", "cam.example.", "B.example")))
    assert not made.allow("x.b.example")


def test_the_full_name_of_this_machine_is_allowed_once_it_is_resolved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "getfqdn", lambda: "cam7.Hall.example")
    allowed = AllowedHosts(WebSettings(allow_anyone=True), lambda work: work())

    until(lambda: allowed.allow("cam7.hall.example"), "it is allowed")
