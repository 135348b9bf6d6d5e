"""Limits count an address the same, however it is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ip_addresses import address_key, parse_address


@pytest.mark.parametrize(
    ("text", "address", "key"),
    [
        ("10.0.0.1", "10.0.0.1", "10.0.0.1"),
        (" 10.0.0.1 ", "10.0.0.1", "10.0.0.1"),
        ("10.0.0.1:5000", "10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1", "10.0.0.1"),
        ("::FFFF:a00:1", "10.0.0.1", "10.0.0.1"),
        ("[::ffff:10.0.0.1]:5000", "10.0.0.1", "10.0.0.1"),
        ("::1", "::1", "::1"),
        ("[::1]", "::1", "::1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::5", "2001:db8:1:2::5", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2:ffff::]:443", "2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::1", "fe80::/64"),
        ("[fe80::1%eth0]:80", "fe80::1", "fe80::/64"),
    ],
)
def test_an_address_is_read_and_counted(text: str, address: str, key: str) -> None:
    assert str(parse_address(text)) == address
    assert address_key(text) == key


@pytest.mark.parametrize(
    "text",
    [
        *("", "?", "unknown", "_hidden", "10.0.0", "10.0.0.1.2", "10.0.0.1, 10.0.0.2", "010.0.0.1"),
        *(
            "[::1",
            "::1]:80",
            "10.0.0.1:x",
            "0x7f.1",
            "\0",
            "a" * 3000,
            "1" * 3000,
            "::1%" + "a" * 99,
        ),
    ],
)
def test_all_invalid_addresses_share_one_key(text: str) -> None:
    assert parse_address(text) is None
    assert address_key(text) == "?"


@given(st.text())
def test_keys_are_short_for_any_text(text: str) -> None:
    assert len(address_key(text)) <= 43
