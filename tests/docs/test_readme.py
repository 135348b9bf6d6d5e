"""docs/options.md matches the settings, and the commands of README and docs run as written."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from shared import options, settings
from tests.support.beamcast import Beamcast
from tests.support.camera import Camera
from tests.support.processes import ROOT, find_redis_server

README = (ROOT / "README.md").read_text()
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text()
REDIS_LINES = [
    line
    for block in re.findall(r"<!-- tests/docs run these lines -->\n```sh\n(.*?)```", PROTOCOL, re.S)
    for line in block.splitlines()
]


def test_the_tables_of_options_match_the_settings() -> None:
    assert options.markdown(settings.COMMANDS) in (ROOT / "docs" / "options.md").read_text()


def test_the_readme_is_short() -> None:
    assert len(README.encode()) <= 8 * 1024


def test_the_settings_file_names_every_option_that_run_and_compose_take() -> None:
    named = set(re.findall(r"^#?(BEAMCAST_\w+)=", (ROOT / "beamcast.env").read_text(), re.M))

    assert named == set(settings.known_variables())


def test_every_redis_cli_line_answers(beamcast: Beamcast) -> None:
    redis_cli = Path(find_redis_server()).with_name("redis-cli")
    with Camera() as camera:
        beamcast.ingest(camera.address)
        viewer = beamcast.viewer(beamcast.worker())
        viewer.watch()
        viewer.wait_for(1)
        assert len(REDIS_LINES) == 9
        for line in REDIS_LINES:
            command = re.sub(r"\bredis-cli\b", f"{redis_cli} -p {beamcast.redis.port}", line)
            done = subprocess.run(
                ["bash", "-c", command], capture_output=True, text=True, timeout=20, check=False
            )
            assert done.stdout.strip(), (line, done.stderr)
            assert "ERR" not in done.stdout, (line, done.stdout)


def test_the_commands_of_the_parts_are_commands() -> None:
    commands = set(re.findall(r"^python -m ([\w.]+)", README, re.M))

    assert commands == {"ingest", "ingest.push", "ingest.record", "ingest.simulator", "web"}
    for module in commands:
        subprocess.run(
            [sys.executable, "-m", module, "--help"], cwd=ROOT, check=True, capture_output=True
        )


@pytest.mark.parametrize("page", [*sorted(Path(ROOT, "docs").rglob("*.md")), *ROOT.glob("*.md")])
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
