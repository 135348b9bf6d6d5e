"""Each part is killed, suspended, disconnected or filled: the fault is reported to viewers, which
recover afterwards without intervention."""

from collections.abc import Callable, Iterator

import pytest

from tests.chaos.faults import FAULTS, IN_EVERY_ORDER, Fault
from tests.chaos.outcome import Outcome
from tests.chaos.scene import Stage

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def stage(own_network: None) -> Iterator[Stage]:
    """Viewers of a complete Beamcast, for one fault after another."""
    stage = Stage()
    yield stage
    stage.close()


@pytest.mark.parametrize("fault", FAULTS + IN_EVERY_ORDER, ids=lambda fault: fault.name)
def test_viewers_are_informed_and_see_frames_again(
    stage: Stage, fault: Fault, report: Callable[[str], None], outcomes: list[Outcome]
) -> None:
    with stage.scene() as scene:
        outcomes.append(scene.cause(fault))
        report(outcomes[-1].line())
        outcomes[-1].check()
        scene.check_that_nothing_is_left()
