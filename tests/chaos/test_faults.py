"""Parts are killed, stopped, disconnected or run out of memory: viewers are informed, and receive
frames again afterwards, without any action."""

from collections.abc import Callable, Iterator

import pytest

from tests.chaos.effect import Effect
from tests.chaos.experiment import SharedExperiment
from tests.chaos.faults import FAULTS, KILLS_IN_EVERY_ORDER, Fault

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def shared(own_network: None) -> Iterator[SharedExperiment]:
    """Share an experiment, for one fault after the other."""
    shared = SharedExperiment()
    yield shared
    shared.close()


@pytest.mark.parametrize("fault", FAULTS + KILLS_IN_EVERY_ORDER, ids=lambda fault: fault.name)
def test_viewers_are_informed_and_see_frames_again(
    shared: SharedExperiment, fault: Fault, report: Callable[[str], None], effects: list[Effect]
) -> None:
    with shared.use() as experiment:
        effects.append(experiment.run(fault))
        report(effects[-1].line())
        effects[-1].check()
        experiment.check_no_residue()
