"""Limits on what clients may send."""

import pytest

from ingest.push import limits
from ingest.push.limits import (
    FLOOD_CONNECTIONS,
    FORGET_AFTER_S,
    MAX_ADDRESSES,
    MAX_CONCURRENT_LARGE,
    MAX_CONNECTIONS,
    MAX_CONNECTIONS_PER_ADDRESS,
    MAX_DELAY_S,
    SMALL_MESSAGE_BYTES,
    Limits,
    address_of,
)
from ingest.push.message import InvalidMessage
from tests.support.manual_clock import ManualClock

LARGE = 1024 * 1024


def made(clock: ManualClock | None = None, max_per_s: int = 10) -> Limits:
    return Limits(LARGE, max_per_s, clock or ManualClock())


def test_one_address_leaves_room_for_others() -> None:
    limits = made()

    errors = [limits.add_connection("10.0.0.1") for _ in range(MAX_CONNECTIONS_PER_ADDRESS + 1)]

    assert errors[:-1] == [""] * MAX_CONNECTIONS_PER_ADDRESS
    are_open = f"{MAX_CONNECTIONS_PER_ADDRESS} are open"
    assert errors[-1] == f"too many connections from 10.0.0.1: {are_open}"
    assert limits.add_connection("10.0.0.2") == ""


def test_all_addresses_together_have_so_many_connections_and_one_that_leaves_makes_room() -> None:
    limits = made()
    for number in range(MAX_CONNECTIONS):
        assert limits.add_connection(f"10.0.0.{number}") == ""

    assert limits.add_connection("10.0.1.1") == f"too many connections: {MAX_CONNECTIONS} are open"
    limits.remove_connection("10.0.1.1")
    limits.remove_connection("10.0.0.1")

    assert limits.add_connection("10.0.1.1") == ""


def test_of_a_flood_of_connections_the_last_are_not_worth_an_answer() -> None:
    limits = made()
    for _ in range(FLOOD_CONNECTIONS):
        limits.add_connection("10.0.0.1")

    assert not limits.is_flooded
    limits.add_connection("10.0.0.2")
    assert limits.is_flooded
    for _ in range(FLOOD_CONNECTIONS):
        limits.remove_connection("10.0.0.1")
    assert not limits.is_flooded


def test_bytes_under_way_are_bounded_for_all_together_and_small_messages_always_get_in() -> None:
    limits = made()
    with limits.receiving() as first, limits.receiving() as second:
        for _ in range(MAX_CONCURRENT_LARGE):
            first(LARGE)
        second(SMALL_MESSAGE_BYTES)
        with pytest.raises(InvalidMessage, match="other clients are sending") as refused:
            second(LARGE)

    assert refused.value.hint
    with limits.receiving() as third:
        for _ in range(MAX_CONCURRENT_LARGE):
            third(LARGE)


def test_an_address_has_its_own_rate() -> None:
    clock = ManualClock()
    limits = made(clock)
    while limits.may_send("10.0.0.1"):
        pass

    assert limits.may_send("10.0.0.2")
    clock.now += 0.11
    assert limits.may_send("10.0.0.1")


def test_each_wrong_password_waits_longer_up_to_a_bound_and_is_forgotten() -> None:
    clock = ManualClock()
    limits = made(clock)

    waits = [limits.count_wrong_password("10.0.0.1") for _ in range(200)]

    assert waits == sorted(waits)
    assert waits[0] < waits[1] < waits[-1] == MAX_DELAY_S
    assert limits.count_wrong_password("10.0.0.2") == waits[0]
    clock.now += FORGET_AFTER_S + 1
    assert limits.count_wrong_password("10.0.0.1") == waits[0]


def test_no_more_than_so_many_addresses_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_ADDRESSES", 3)
    several = made()

    for number in range(MAX_ADDRESSES):
        several.count_wrong_password(f"10.0.0.{number}")

    assert len(several._senders) == 3


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        (("10.0.0.1", 5), "10.0.0.1"),
        (("::1", 5, 0, 0), "::1"),
        (("2001:db8:1:2:3::4", 5, 0, 0), "2001:db8:1:2::/64"),
        (("fe80::1%eth0", 5, 0, 2), "fe80::/64"),
        (("::ffff:10.0.0.1", 5, 0, 0), "10.0.0.1"),
        (None, "?"),
        ("/a/socket", "?"),
    ],
)
def test_an_address_of_ipv6_is_its_network(peer: object, address: str) -> None:
    assert address_of(peer) == address
