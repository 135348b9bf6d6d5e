"""Every type of card is named in each place of docs/architecture.md, "Adding a type of card"."""

import re

from ingest.push.card_types import CARD_TYPES, _without_separators
from ingest.push.message import MESSAGES
from tests.support.client import load_client
from tests.support.processes import ROOT
from web.streams import IMAGE_CARDS

CLIENT = load_client()
IMAGE_TYPES = {name for name, card_type in CARD_TYPES.items() if card_type.is_image}


def test_the_schema_has_the_messages_of_every_type_and_no_other() -> None:
    assert {card_type.message for card_type in CARD_TYPES.values()} == set(MESSAGES)


def test_the_web_workers_and_the_client_know_which_cards_are_images() -> None:
    assert set(IMAGE_CARDS) == CLIENT.IMAGE_TYPES == IMAGE_TYPES


def test_the_page_has_a_view_of_every_type_and_of_no_other() -> None:
    source = (ROOT / "web/static/js/board/card-views.js").read_text()
    [views] = re.findall(r"const VIEWS = \{(.*?)\}", source, re.DOTALL)

    assert set(re.findall(r"(\w+):", views)) == set(CARD_TYPES)


def test_the_client_has_a_method_for_every_type() -> None:
    methods = {_without_separators(name) for name in vars(CLIENT.Beamcast)}

    assert methods >= set(map(_without_separators, CARD_TYPES))
