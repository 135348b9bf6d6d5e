"""Clocks of running parts are set, and data is damaged in transit: viewers receive frames again
afterwards, and no part ends or grows."""

from collections.abc import Callable, Iterator

import pytest

from tests.chaos.effect import Effect
from tests.chaos.experiment import SharedExperiment
from tests.chaos.faults import CLOCK_AND_DAMAGE_FAULTS, Fault

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def shared(own_network: None) -> Iterator[SharedExperiment]:
    """Share an experiment whose clocks can be set, and whose data can be damaged."""
    shared = SharedExperiment(clocks_and_damage=True)
    yield shared
    shared.close()


@pytest.mark.parametrize("fault", CLOCK_AND_DAMAGE_FAULTS, ids=lambda fault: fault.name)
def test_viewers_see_frames_again(
    shared: SharedExperiment, fault: Fault, report: Callable[[str], None], effects: list[Effect]
) -> None:
    with shared.use() as experiment:
        effects.append(experiment.run(fault))
        report(effects[-1].line())
        effects[-1].check()
        experiment.check_no_residue()
