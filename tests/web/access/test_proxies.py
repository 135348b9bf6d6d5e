"""The headers of trusted proxies set the client's address, scheme and user; others are ignored."""

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


def environ_of(peer: str, **headers: str) -> dict[str, Any]:
    """Return the WSGI environment of a request from this peer, as the application gets it."""
    received: list[dict[str, Any]] = []
    app = behind_proxies(lambda environ, _: received.append(environ) or [], TRUSTED, "X-User")
    environ = EnvironBuilder(headers=headers).get_environ()
    app({**environ, "REMOTE_ADDR": peer}, lambda *_: None)
    return received[0]


@pytest.mark.parametrize("peer", [PROXY, "::ffff:127.0.0.1", "::1"])
@pytest.mark.parametrize(
    ("value", "address", "key"),
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
def test_a_trusted_proxy_sets_the_address_of_a_viewer(
    peer: str, value: str, address: str, key: str
) -> None:
    environ = environ_of(peer, **{"X-Forwarded-For": value})

    assert (environ["REMOTE_ADDR"], environ[ADDRESS_KEY], environ[IS_DIRECT]) == (
        address,
        key,
        False,
    )


@pytest.mark.parametrize("value", ["", "unknown", "x" * 3000, "1" * 3000, "10.0.0.9, x", "[::1"])
def test_an_invalid_address_is_ignored(value: str) -> None:
    environ = environ_of(PROXY, **{"X-Forwarded-For": value})

    assert (environ["REMOTE_ADDR"], environ[ADDRESS_KEY], environ[IS_DIRECT]) == (
        PROXY,
        PROXY,
        False,
    )


@pytest.mark.parametrize(
    ("value", "scheme"),
    [("https", "https"), ("http, https", "https"), ("https,ftp", "http"), ("javascript", "http")],
)
def test_a_scheme_is_http_or_https(value: str, scheme: str) -> None:
    assert environ_of(PROXY, **{"X-Forwarded-Proto": value})["wsgi.url_scheme"] == scheme


def test_headers_of_an_untrusted_peer_are_ignored() -> None:
    names = ("X-Forwarded-For", "X-Forwarded-Proto", "X-User", "X-Real-IP", "Forwarded")
    names += ("X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix")

    environ = environ_of(STRANGER, **dict.fromkeys(names, "127.0.0.1"))

    assert (environ["REMOTE_ADDR"], environ[IS_DIRECT]) == (STRANGER, True)
    assert environ["wsgi.url_scheme"] == "http"
    assert not environ.get("HTTP_X_USER")
    assert not [name for name in environ if "FORWARDED" in name or "REAL_IP" in name]


@pytest.mark.parametrize("name", ["a,b", "alice,", ",alice", "", " ", "x" * 257])
def test_an_invalid_user_name_is_rejected(name: str) -> None:
    request = Request(environ_of(PROXY, **{"X-User": name}))

    assert ProxyAuth("X-User").authenticate(request) is None


def test_a_user_name_may_contain_a_space() -> None:
    identity = ProxyAuth("X-User").authenticate(
        Request(environ_of(PROXY, **{"X-User": " CN=Alice Liddell "}))
    )

    assert identity is not None
    assert identity.name == "CN=Alice Liddell"


def test_a_network_of_ipv6_counts_as_one_address() -> None:
    of_three = [environ_of(PROXY, **{"X-Forwarded-For": f"2001:db8:1:2::{n:x}"}) for n in range(3)]
    server: Any = SimpleNamespace(environ=dict(enumerate(of_three)))
    limits = ViewerLimits(server, WebSettings(max_viewers_per_address=3))

    def rejection(address: str) -> Any:
        return limits.check(environ_of(PROXY, **{"X-Forwarded-For": address})[ADDRESS_KEY])

    assert rejection("2001:db8:1:3::1") is None
    assert "too many viewers from your address (3 of 3" in rejection("2001:db8:1:2:ffff::1")[0]
