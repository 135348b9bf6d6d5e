"""Check the files for set-up and deployment by reading them."""

import dataclasses
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from deploy import env_file
from shared import options, settings

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "deploy" / "lock").glob("*.txt"))
MENTIONED = re.compile(r"^#(BEAMCAST_[A-Z_]+)=(.*)$", re.MULTILINE)


def defaults(variable: str) -> set[str]:
    if variable in settings.file_variables():
        return {""}
    return {
        options.format_default(field.default).replace("empty", "")
        for command in settings.COMMANDS
        for field in dataclasses.fields(command)
        if options.variable(field.name) == variable
    }


def test_settings_file_mentions_every_setting_once() -> None:
    mentioned = [name for name, _ in MENTIONED.findall((ROOT / "beamcast.env").read_text())]
    assert sorted(mentioned) == sorted(settings.known_variables())


def test_settings_file_shows_the_defaults() -> None:
    for name, value in MENTIONED.findall((ROOT / "beamcast.env").read_text()):
        assert value in defaults(name), name


def test_settings_file_sets_nothing_by_itself() -> None:
    assert env_file.read(ROOT / "beamcast.env") == {}


def test_compose_reads_the_same_settings_file() -> None:
    assert (ROOT / ".env").samefile(ROOT / "beamcast.env")


def test_compose_passes_every_setting_on() -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    left_out = {"BEAMCAST_OPEN", "BEAMCAST_PAGE", *settings.file_variables()}
    for name in settings.known_variables().keys() - left_out:
        assert name in compose


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_lock_pins_and_hashes_every_package_and_names_no_address(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    for package in re.split(r"\n(?=\S)", text.strip()):
        assert re.match(r"[a-z0-9-]+(\[[a-z]+\])?==\S+", package), package
        assert "--hash=sha256:" in package, package


def test_locks_agree_on_every_version() -> None:
    versions: dict[str, set[str]] = {}
    for lock in LOCKS:
        for name, version in re.findall(r"^([a-z0-9-]+)==(\S+)", lock.read_text(), re.MULTILINE):
            versions.setdefault(name, set()).add(version)
    assert {name for name, found in versions.items() if len(found) > 1} == set()


def test_pages_lock_names_no_address() -> None:
    text = (ROOT / "web" / "package-lock.json").read_text()
    assert '"integrity"' in text
    assert '"resolved"' not in text


def test_unsupported_python_stops_with_what_to_install(tmp_path: Path) -> None:
    for name in ("python3", "python3.11", "python3.12"):
        wrapper = tmp_path / name
        wrapper.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.13.0\nexit 1\n')
        wrapper.chmod(0o755)
    answer = subprocess.run(
        ["/bin/sh", str(ROOT / "deploy" / "find-python.sh")],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"} | {"HOME": os.environ.get("HOME", "/")},
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 1
    assert "needs Python 3.11 or 3.12; this machine has Python 3.13.0" in answer.stderr
    assert "apt-get install python3.11 python3.11-venv" in answer.stderr


def test_each_service_that_uses_redis_has_a_user() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    secure = yaml.safe_load((ROOT / "deploy" / "compose.secure-redis.yml").read_text())["services"]
    need = {name for name, it in compose.items() if "BEAMCAST_REDIS" in it.get("environment", {})}

    assert need == {"ingest", "push", "web"}
    for name in need:
        user = {"web": "web"}.get(name, "ingest")
        assert secure[name]["environment"]["BEAMCAST_REDIS"].startswith(
            f"redis://{user}:${{{user.upper()}_REDIS_PASSWORD"
        )


@pytest.mark.parametrize("installation", ["", "alpha.b"])
def test_the_permissions_are_for_the_names_of_the_installation(
    tmp_path: Path, installation: str
) -> None:
    environ = {**os.environ, "BEAMCAST_INSTALLATION": installation}
    command = ["sh", "deploy/redis/passwords.sh", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, env=environ, check=True)

    users = (tmp_path / "users.acl").read_text()
    own = re.escape(f"beamcast-{installation}" if installation else "beamcast")
    assert re.findall(r"[~&](?!\*)", users)
    assert not re.findall(rf"[~&](?!{own}[:@])", users)
