"""What a request says of its viewer counts where a trusted proxy says it, and as one address."""

from types import SimpleNamespace
from typing import Any

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from shared.settings import WebSettings
from shared.validators import NETWORKS
from web.access.authentication import ProxyAuth
from web.access.proxies import ADDRESS_KEY, IS_DIRECT, behind_proxies
from web.access.viewer_limits import ViewerLimits

TRUSTED = NETWORKS.parse("127.0.0.0/8,::1")
PROXY, STRANGER = "127.0.0.1", "192.0.2.7"


def passed_on(peer: str, **headers: str) -> dict[str, Any]:
    """The environment that the application gets for a request from this peer."""
    found: list[dict[str, Any]] = []
    app = behind_proxies(lambda environ, _: found.append(environ) or [], TRUSTED, "X-User")
    environ = EnvironBuilder(headers=headers).get_environ()
    app({**environ, "REMOTE_ADDR": peer}, lambda *_: None)
    return found[0]


@pytest.mark.parametrize("peer", [PROXY, "::ffff:127.0.0.1", "::1"])
@pytest.mark.parametrize(
    ("said", "address", "key"),
    [
        ("10.0.0.9", "10.0.0.9", "10.0.0.9"),
        ("10.0.0.8, 10.0.0.9", "10.0.0.9", "10.0.0.9"),
        ("x" * 3000 + ",10.0.0.9", "10.0.0.9", "10.0.0.9"),
        ("10.0.0.9:1234", "10.0.0.9", "10.0.0.9"),
        ("::ffff:10.0.0.9", "10.0.0.9", "10.0.0.9"),
        ("[2001:db8:1:2:3::4]:1234", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:aaaa::", "2001:db8:1:2:aaaa::", "2001:db8:1:2::/64"),
    ],
)
def test_a_trusted_proxy_says_where_a_viewer_is(
    peer: str, said: str, address: str, key: str
) -> None:
    environ = passed_on(peer, **{"X-Forwarded-For": said})

    assert (environ["REMOTE_ADDR"], environ[ADDRESS_KEY], environ[IS_DIRECT]) == (
        address,
        key,
        False,
    )


@pytest.mark.parametrize("said", ["", "unknown", "x" * 3000, "1" * 3000, "10.0.0.9, x", "[::1"])
def test_what_is_no_address_is_nobodys_key(said: str) -> None:
    environ = passed_on(PROXY, **{"X-Forwarded-For": said})

    assert (environ["REMOTE_ADDR"], environ[ADDRESS_KEY], environ[IS_DIRECT]) == (
        PROXY,
        PROXY,
        False,
    )


@pytest.mark.parametrize(
    ("said", "scheme"),
    [("https", "https"), ("http, https", "https"), ("https,ftp", "http"), ("javascript", "http")],
)
def test_a_scheme_is_one_of_two(said: str, scheme: str) -> None:
    assert passed_on(PROXY, **{"X-Forwarded-Proto": said})["wsgi.url_scheme"] == scheme


def test_what_a_viewer_says_of_itself_does_not_count() -> None:
    names = ("X-Forwarded-For", "X-Forwarded-Proto", "X-User", "X-Real-IP", "Forwarded")
    names += ("X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix")

    environ = passed_on(STRANGER, **dict.fromkeys(names, "127.0.0.1"))

    assert (environ["REMOTE_ADDR"], environ[IS_DIRECT]) == (STRANGER, True)
    assert environ["wsgi.url_scheme"] == "http"
    assert not environ.get("HTTP_X_USER")
    assert not [name for name in environ if "FORWARDED" in name or "REAL_IP" in name]


@pytest.mark.parametrize("name", ["a,b", "alice,", ",alice", "", " ", "x" * 257])
def test_two_names_are_no_name(name: str) -> None:
    request = Request(passed_on(PROXY, **{"X-User": name}))

    assert ProxyAuth("X-User").authenticate(request) is None


def test_a_name_with_a_blank_is_one() -> None:
    found = ProxyAuth("X-User").authenticate(
        Request(passed_on(PROXY, **{"X-User": " CN=Alice Liddell "}))
    )

    assert found is not None
    assert found.name == "CN=Alice Liddell"


def test_a_network_of_ipv6_counts_as_one_address() -> None:
    of_three = [passed_on(PROXY, **{"X-Forwarded-For": f"2001:db8:1:2::{n:x}"}) for n in range(3)]
    server: Any = SimpleNamespace(environ=dict(enumerate(of_three)))
    limits = ViewerLimits(server, WebSettings(max_viewers_per_address=3))

    def refusal(address: str) -> Any:
        return limits.check(passed_on(PROXY, **{"X-Forwarded-For": address})[ADDRESS_KEY])

    assert refusal("2001:db8:1:3::1") is None
    assert "too many viewers from your address (3 of 3" in refusal("2001:db8:1:2:ffff::1")[0]
