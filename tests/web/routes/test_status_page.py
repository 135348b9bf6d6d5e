"""The texts of the status page."""

import re

from ingest.sources.base import STATES
from tests.support.processes import ROOT
from web.routes.status_page import state_text

BADGE = re.compile(r'^  (\w+): \(.*\) =>\s+text\(\s*\["([^"]+)"', re.MULTILINE)


def test_a_state_has_the_badge_that_viewers_of_the_stream_see() -> None:
    source = (ROOT / "web/static/js/stream/state-messages.js").read_text()
    badges = dict(BADGE.findall(source.split("const VIDEO_TEXTS")[0]))
    badges["closed"] = "Closed"  # a page that shows the stream opens it

    states = [*STATES, "no_ingest", "broker_lost"]

    assert {state: state_text(state) for state in states} == {
        state: badges[state] for state in states
    }
