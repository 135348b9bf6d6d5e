"""A board in a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.browser.board import Board, card, order, wait_for_rows
from tests.browser.fields import OpenPage
from tests.support.beamcast import Beamcast


@pytest.fixture
def board(beamcast: Beamcast) -> Board:
    return Board(beamcast)


def test_a_card_shows_what_was_there_and_what_comes(board: Board, open_page: OpenPage) -> None:
    board.push({"id": "beam", "value": 1.5}, {"id": "log", "type": "text", "value": "begun"})
    page = board.open(open_page)
    wait_for_rows(page, "beam", 1)
    wait_for_rows(page, "log", 1)

    board.push({"id": "beam", "value": 2.5}, {"id": "log", "value": "<b>going on</b>"})

    wait_for_rows(page, "beam", 2)
    expect(card(page, "beam").locator(".legend")).to_have_text("2.50000")
    expect(card(page, "beam").locator(".plot canvas")).to_be_visible()
    wait_for_rows(page, "log", 2)
    expect(card(page, "log").locator(".log p")).to_have_count(2)
    expect(card(page, "log").locator(".log")).to_contain_text("<b>going on</b>")
    assert order(page) == ["beam", "log"]
