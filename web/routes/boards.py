"""Boards: what programs push, as cards. Here are the page and the cards that it shows at first;
their changes are sent as frames, as a camera's are."""

import re
from typing import Any

import orjson
from flask import Blueprint, Response, abort, redirect, render_template, request

from shared.broker import Broker, read_typed
from shared.validators import STREAM_NAME
from shared.version import VERSION
from web.routes.responses import ApiError, install_error_answers, page_response
from web.streams import execute, is_board, is_known

MAX_CARDS = 500
MAX_ANSWER_BYTES = 64 * 1024 * 1024


def boards(broker: Broker) -> Blueprint:
    """Return the blueprint of one worker."""
    routes = Blueprint("boards", __name__)
    install_error_answers(routes)

    @routes.get("/board/<board>")
    def page(board: str) -> Any:
        if not re.fullmatch(STREAM_NAME, board):
            abort(404)
        if is_board(broker, board) is False:
            return redirect(f"/view/{board}")
        return page_response(render_template("board.html", stream=board, version=VERSION))

    @routes.get("/api/boards/<board>")
    def cards(board: str) -> Any:
        if not re.fullmatch(STREAM_NAME, board) or not is_known(broker, board):
            raise ApiError(
                404, f"unknown board {board[:80]!r}", "GET /api/streams lists all boards"
            )
        found = read_cards(broker, board, request.args.getlist("card") or None)
        return Response(b'{"cards":[' + b",".join(found) + b"]}", mimetype="application/json")

    return routes


def read_cards(broker: Broker, board: str, ids: list[str] | None = None) -> list[bytes]:
    """Return the cards as JSON, all or those with these ids, each with the rows that it shows,
    oldest first; raise BrokerError. Invalid cards are skipped."""
    found: dict[bytes, bytes] = read_typed(lambda: broker.hgetall(broker.names.cards(board)), {})
    names = {key: key.decode(errors="replace") for key in found}
    selected = [key for key, name in names.items() if ids is None or name in ids][:MAX_CARDS]
    pipeline = broker.pipeline(transaction=False)
    for key in selected:
        pipeline.lrange(broker.names.card(board, names[key]), 0, -1)
    cards, left_bytes = [], MAX_ANSWER_BYTES
    for key, batches in zip(selected, execute(pipeline), strict=True):
        if batches is None:  # a key of another type
            continue
        left_bytes -= sum(map(len, batches))
        if left_bytes < 0:
            break
        try:
            cards.append(card_json(orjson.loads(found[key]), map(orjson.loads, batches)))
        except (KeyError, TypeError, ValueError):
            continue
    return cards


def card_json(card: dict[str, Any], batches: Any) -> bytes:
    """Return a card with its rows as JSON; raise KeyError, TypeError, ValueError."""
    rows: list[Any] = []
    for batch in batches:
        rows += batch["rows"]
    visible = rows[-card["points"] :]
    return orjson.dumps({**card, "first": card["n"] - len(visible), "rows": visible})
