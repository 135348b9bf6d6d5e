"""Compare deploy/stack*.yml with docker-compose.yml."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.processes import ROOT


class Tagged(yaml.SafeLoader):
    """A loader that ignores the tags ``!reset`` and ``!override`` of Compose."""


def plain(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return None


for tag in ("!reset", "!override"):
    Tagged.add_constructor(tag, plain)  # type: ignore[no-untyped-call]


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(path.read_text(), Loader=Tagged)
    return found


COMPOSE = read(ROOT / "docker-compose.yml")["services"]
STACK = read(ROOT / "deploy" / "stack.yml")
BOARD = read(ROOT / "deploy" / "stack.push.yml")["services"]
SERVICES = STACK["services"] | BOARD
ALWAYS = {name for name, service in COMPOSE.items() if "profiles" not in service}


def test_every_service_that_compose_starts_is_in_the_stack_and_no_other() -> None:
    assert STACK["services"].keys() == ALWAYS


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_options_that_a_swarm_rejects_or_ignores_are_replaced(name: str) -> None:
    ours, theirs = SERVICES[name], COMPOSE[name]
    for key in (
        "profiles",
        "pull_policy",
        "depends_on",
        "restart",
        "tmpfs",
        "build",
        "extra_hosts",
    ):
        assert key not in theirs or ours.get(key, "") is None, key
    kept_in_memory = {
        (v["target"], v["tmpfs"]["size"]) for v in ours["volumes"] if isinstance(v, dict)
    }
    sizes = (re.fullmatch(r"(/\w+):size=(\d+)m", each) for each in theirs["tmpfs"])
    assert kept_in_memory == {(a[1], int(a[2]) << 20) for a in sizes if a}
    deploy = ours["deploy"]
    assert deploy["endpoint_mode"] == "dnsrr"
    assert deploy["restart_policy"]["condition"] == "any"
    assert deploy["update_config"]["failure_action"] == "rollback"
    assert deploy["rollback_config"]["order"] == deploy["update_config"]["order"]
    assert theirs["deploy"]["resources"]["limits"]["memory"]


def test_a_new_task_of_what_viewers_need_starts_before_the_old_one_ends() -> None:
    order = {name: s["deploy"]["update_config"]["order"] for name, s in STACK["services"].items()}
    assert {name for name in order if order[name] == "start-first"} == {"ingest", "web"}


def test_a_changed_file_gets_another_name() -> None:
    script = (ROOT / "deploy" / "stack.sh").read_text()
    for path in sorted((ROOT / "deploy").glob("stack*.yml")):
        stack = read(path)
        for kind in ("configs", "secrets"):
            for found in stack.get(kind, {}).values():
                assert re.search(r"_\$\{(NGINX|ACCOUNTS)_SUM\b", found["name"]), found
                fixed = found["file"].removeprefix("./")
                assert "$" in fixed or fixed in script, fixed
                assert "$" in fixed or (ROOT / fixed).is_file()
