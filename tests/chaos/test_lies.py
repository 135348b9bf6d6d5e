"""Clocks of running parts are set, and bytes are damaged in transit: viewers recover afterwards,
and no part ends or grows."""

from collections.abc import Callable, Iterator

import pytest

from tests.chaos.faults import ODD, Fault
from tests.chaos.outcome import Outcome
from tests.chaos.scene import Stage

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def stage(own_network: None) -> Iterator[Stage]:
    """Viewers of a complete Beamcast whose clocks can be set and whose data can be damaged."""
    stage = Stage(lies=True)
    yield stage
    stage.close()


@pytest.mark.parametrize("fault", ODD, ids=lambda fault: fault.name)
def test_viewers_see_frames_again(
    stage: Stage, fault: Fault, report: Callable[[str], None], outcomes: list[Outcome]
) -> None:
    with stage.scene() as scene:
        outcomes.append(scene.cause(fault))
        report(outcomes[-1].line())
        outcomes[-1].check()
        scene.check_that_nothing_is_left()
