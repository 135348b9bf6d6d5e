"""web/routes/openapi.json describes all routes of the API, and no others."""

import json
import re
from typing import Any

import pytest
from flask import Flask

from shared.broker import connect
from shared.broker_clock import BrokerClock
from shared.renditions import SIZES
from tests.support.processes import ROOT
from web.broker_health import BrokerHealth
from web.fanout.relay import Relays
from web.image_files import FILE_TYPES
from web.routes.api import api
from web.routes.boards import boards
from web.routes.mjpeg import mjpeg
from web.routes.pages import pages
from web.routes.snapshots import snapshots

DESCRIBED: dict[str, Any] = json.loads((ROOT / "web" / "routes" / "openapi.json").read_text())


@pytest.fixture(scope="module")
def app() -> Flask:
    """The routes of a worker, in one application."""
    broker = connect("redis://127.0.0.1:1/0")
    relays = Relays(broker, "worker")
    made = Flask("web")
    for routes in (
        pages(broker, BrokerHealth(broker, BrokerClock(), "test"), "camera"),
        api(relays, broker, "camera"),
        mjpeg(relays, broker, "camera"),
        boards(broker),
    ):
        made.register_blueprint(routes)
    made.register_blueprint(snapshots(relays, broker, "camera", lambda work: work()))
    return made


def test_exactly_the_existing_routes_are_described(app: Flask) -> None:
    rules = [rule.rule.replace(".<extension>", ".<kind>") for rule in app.url_map.iter_rules()]
    paths = {re.sub("<([a-z]+)>", r"{\1}", rule) for rule in rules}

    described = set(DESCRIBED["paths"])

    assert described <= paths
    assert {path for path in paths if path.startswith("/api/")} <= described
    assert all(set(operations) == {"get"} for operations in DESCRIBED["paths"].values())


def test_the_description_is_served_unchanged(app: Flask) -> None:
    answer = app.test_client().get("/api/openapi.json")

    assert answer.mimetype == "application/json"
    assert answer.json == DESCRIBED


def test_the_description_names_the_existing_sizes_and_file_types() -> None:
    snapshot = DESCRIBED["paths"]["/api/streams/{stream}/snapshot.{kind}"]["get"]
    kinds = next(p for p in snapshot["parameters"] if p["name"] == "kind")["schema"]["enum"]
    frame = DESCRIBED["paths"]["/api/streams/{stream}/frame.jpg"]["get"]
    sizes = next(p for p in frame["parameters"] if p["name"] == "rendition")["schema"]

    assert set(kinds) == set(FILE_TYPES)
    assert set(snapshot["responses"]["200"]["content"]) == {k.mimetype for k in FILE_TYPES.values()}
    assert sizes["pattern"].startswith(f"^({'|'.join(SIZES)})")
