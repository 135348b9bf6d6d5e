"""Parse the address of a Redis behind sentinels."""

import pytest

from shared.redis_url import SentinelUrl, without_password


def test_a_url_has_sentinels_master_user_and_password() -> None:
    at = SentinelUrl.parse("rediss+sentinel://web:p%40ss%2Cword@a.example:1,[::1]:2,c/beam.1/3")

    assert at.secure
    assert at.hosts == (("a.example", 1), ("::1", 2), ("c", 26379))
    assert (at.service, at.db) == ("beam.1", 3)
    assert (at.username, at.password) == ("web", "p@ss,word")


def test_omitted_parts_have_defaults() -> None:
    at = SentinelUrl.parse("redis+sentinel://:secret@a,b/beam")

    assert (at.secure, at.db, at.username, at.password) == (False, 0, None, "secret")
    assert at.hosts == (("a", 26379), ("b", 26379))


@pytest.mark.parametrize(
    ("url", "displayed"),
    [
        ("redis://h:6379/0", "redis://h:6379/0"),
        ("redis://:p@h/0", "redis://:…@h/0"),
        ("rediss+sentinel://u:p:@/x@a:1,b:2/beam", "rediss+sentinel://u:…@a:1,b:2/beam"),
    ],
)
def test_a_password_is_not_shown(url: str, displayed: str) -> None:
    assert without_password(url) == displayed
