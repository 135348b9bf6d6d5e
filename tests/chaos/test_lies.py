"""Clocks are set under running parts, and bytes are damaged on their way: viewers see again when it
is over, and no part ends or grows."""

from collections.abc import Callable, Iterator

import pytest

from tests.chaos.faults import ODD, Fault
from tests.chaos.outcome import Outcome
from tests.chaos.scene import Scene, set_up

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def scene(own_network: None) -> Iterator[Scene]:
    """Viewers before a whole Beamcast whose clocks can be set, and whose lines can do damage."""
    with set_up(lies=True) as scene:
        yield scene


@pytest.mark.parametrize("fault", ODD, ids=lambda fault: fault.name)
def test_viewers_see_again(
    scene: Scene, fault: Fault, report: Callable[[str], None], outcomes: list[Outcome]
) -> None:
    outcomes.append(scene.suffer(fault))
    report(outcomes[-1].line())
    outcomes[-1].check()
    scene.check_that_nothing_is_left()
