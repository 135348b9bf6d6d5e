"""The cards in Redis as a board's page gets them."""

import json

import pytest

from tests.support.fake_broker import FakeBroker
from web.routes.boards import read_cards

CARD = {"type": "line", "points": 20, "n": 1}


@pytest.fixture
def broker() -> FakeBroker:
    broker = FakeBroker()
    for name in "abc":
        broker.hset("beamcast:sls:cards", name, json.dumps({**CARD, "id": name}))
        broker.rpush(f"beamcast:sls:card:{name}", '{"first": 0, "rows": [["x", 1]]}')
    return broker


def ids(broker: FakeBroker) -> set[str]:
    return {json.loads(card)["id"] for card in read_cards(broker, "sls")}


def test_a_key_of_another_type_removes_only_its_own_card(broker: FakeBroker) -> None:
    broker.set("beamcast:sls:card:b", "x")

    assert ids(broker) == {"a", "c"}


@pytest.mark.parametrize("batch", ["{", "[]", '{"rows": 7}', '{"rows": null}'])
def test_an_invalid_batch_removes_only_its_own_card(broker: FakeBroker, batch: str) -> None:
    broker.rpush("beamcast:sls:card:b", batch)

    assert ids(broker) == {"a", "c"}
