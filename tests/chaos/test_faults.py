"""Each part is killed, stopped, cut off, filled up, lied to: viewers are told, and see again when
it is over, without anybody's help."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.chaos.faults import FAULTS, IN_EVERY_ORDER, ODD, Fault
from tests.chaos.outcome import Outcome
from tests.chaos.scene import Scene
from tests.chaos.spread import Spread

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(120)]

SLACK = 2
"""of a machine that does other things besides"""
SEEN_S, HEALED_S = 3.0, 5.0


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module", params=["plain", "lied to"])
def scene(
    own_network: None, playwright: Playwright, request: pytest.FixtureRequest
) -> Iterator[Scene]:
    """Viewers before a whole Beamcast, for all faults; in the second, clocks and lines can lie."""
    lies = request.param == "lied to"
    spread = Spread(wires=lies, clocks=lies)
    try:
        scene = Scene(spread, playwright)
        yield scene
        scene.close()
    finally:
        spread.stop()


CASES = [("plain", fault) for fault in FAULTS + IN_EVERY_ORDER]
CASES += [("lied to", fault) for fault in ODD]


@pytest.mark.parametrize(
    ("scene", "fault"), CASES, indirect=["scene"], ids=[fault.name for _, fault in CASES]
)
def test_viewers_are_told_and_see_again(
    scene: Scene, fault: Fault, report: Callable[[str], None], outcomes: list[Outcome]
) -> None:
    outcome = scene.suffer(fault)
    outcomes.append(outcome)
    report(outcome.line())
    assert outcome.seen is None or outcome.seen < SLACK * SEEN_S
    assert outcome.oldest_as_live < SLACK * SEEN_S
    assert max(outcome.healed, outcome.all_healed) < SLACK * HEALED_S
    scene.check_that_nothing_is_left()
