"""Boards: what programs push, as cards. Their changes come as frames, like a camera's; here is the
page, and what it shows at first."""

import re
from typing import Any

import orjson
from flask import Blueprint, Response, abort, redirect, render_template, request

from shared.broker import Broker, read_typed
from shared.validators import STREAM_NAME
from shared.version import VERSION
from web.routes.responses import ApiError, install_error_answers
from web.streams import execute, is_board, is_known

MOST_CARDS = 500
MOST_BYTES = 64 * 1024 * 1024
"""of an answer"""


def boards(broker: Broker) -> Blueprint:
    """The blueprint of one worker."""
    routes = Blueprint("boards", __name__)
    install_error_answers(routes)

    @routes.get("/board/<board>")
    def page(board: str) -> Any:
        if not re.fullmatch(STREAM_NAME, board):
            abort(404)
        if is_board(broker, board) is False:
            return redirect(f"/view/{board}")
        return render_template("board.html", stream=board, version=VERSION)

    @routes.get("/api/boards/<board>")
    def cards(board: str) -> Any:
        if not re.fullmatch(STREAM_NAME, board) or not is_known(broker, board):
            raise ApiError(404, f"no board is called {board[:80]!r}", "GET /api/streams names all")
        told = read_cards(broker, board, request.args.getlist("card") or None)
        return Response(b'{"cards":[' + b",".join(told) + b"]}", mimetype="application/json")

    return routes


def read_cards(broker: Broker, board: str, wanted: list[str] | None = None) -> list[bytes]:
    """Each card as JSON, with the rows that it shows, oldest first; all, or those with these ids;
    raises BrokerError. What is not as it should be, is left out."""
    found: dict[bytes, bytes] = read_typed(lambda: broker.hgetall(broker.names.cards(board)), {})
    ids = {key: key.decode(errors="replace") for key in found}
    chosen = [key for key, name in ids.items() if wanted is None or name in wanted][:MOST_CARDS]
    ask = broker.pipeline(transaction=False)
    for key in chosen:
        ask.lrange(broker.names.card(board, ids[key]), 0, -1)
    cards, left = [], MOST_BYTES
    for key, batches in zip(chosen, execute(ask), strict=True):
        if batches is None:  # a key of another type
            continue
        left -= sum(map(len, batches))
        if left < 0:
            break
        try:
            cards.append(with_rows(orjson.loads(found[key]), map(orjson.loads, batches)))
        except (KeyError, TypeError, ValueError):
            continue
    return cards


def with_rows(card: dict[str, Any], batches: Any) -> bytes:
    """A card with its rows as JSON; raises KeyError, TypeError, ValueError."""
    rows: list[Any] = []
    for batch in batches:
        rows += batch["rows"]
    shown = rows[-card["points"] :]
    return orjson.dumps({**card, "first": card["n"] - len(shown), "rows": shown})
