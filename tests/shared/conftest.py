"""Fixtures of the tests of leases."""

import pytest

from tests.support.fake_broker import FakeBroker


@pytest.fixture
def broker() -> FakeBroker:
    return FakeBroker()
