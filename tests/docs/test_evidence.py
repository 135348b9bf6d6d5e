"""docs/testing.md names existing tests, and docs/operations.md describes each metric once."""

import re

import pytest

from tests.chaos.faults import CLOCK_AND_DAMAGE_FAULTS, FAULTS, KILLS_IN_EVERY_ORDER
from tests.support.processes import ROOT

OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
EVIDENCE = (ROOT / "docs" / "testing.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", OPERATIONS + EVIDENCE)))


def test_every_attack_names_a_test() -> None:
    section = EVIDENCE.split("## Attacks tried\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")][1:]

    assert len(rows) > 30
    assert all(re.search(r"`tests/[\w/]+\.py::\w+` ?[,|]", row) for row in rows)


@pytest.mark.parametrize(("file", "name"), NAMED, ids=lambda part: part.split("/")[-1])
def test_every_test_that_is_named_exists(file: str, name: str) -> None:
    assert re.search(rf"^def {name}\(", (ROOT / file).read_text(), re.M), f"{file} has no {name}"


def test_every_fault_is_named_as_in_its_test() -> None:
    table = EVIDENCE.split("\n| fault | reported after |")[1].split("\n\n")[0]
    rows = re.findall(r"^\| ([^|]+) \|", table, re.M)

    assert len(rows) > 50
    assert set(rows) <= {
        fault.name for fault in (*FAULTS, *KILLS_IN_EVERY_ORDER, *CLOCK_AND_DAMAGE_FAULTS)
    }


def test_every_metric_has_one_row() -> None:
    section = OPERATIONS.split("\n## Metrics\n")[1].split("\n## ")[0]
    metrics = re.findall(r"^\| `(beamcast_\w+)` \|", section, re.M)

    assert len(metrics) > 40
    assert sorted(set(metrics)) == sorted(metrics)
