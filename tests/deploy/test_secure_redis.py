"""Redis with users of least privilege in containers: everything works, and others have no
access."""

import subprocess
from collections.abc import Iterator

import pytest

from tests.deploy.crowd import crowd
from tests.deploy.stack import ROOT, Stack, need_engine
from tests.support.waiting import until

pytestmark = [pytest.mark.deploy, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Yield a stack with its own passwords, and a user for the test with all permissions."""
    need_engine()
    folder = tmp_path_factory.mktemp("redis")
    for each in (folder, *folder.parents[:2]):
        each.chmod(0o755)
    subprocess.run(["sh", "deploy/redis/passwords.sh", str(folder)], cwd=ROOT, check=True)
    users, passwords, mine = (
        folder / name for name in ("users.acl", "passwords.env", "compose.yml")
    )
    users.write_text(users.read_text() + "user test on nopass allkeys allchannels +@all\n")
    mine.write_text(
        f"services: {{redis: {{volumes: !override ['{users}:/etc/redis/users.acl:ro,z']}}}}\n"
    )
    made = dict(line.split("=", 1) for line in passwords.read_text().splitlines())
    running = Stack("deploy/compose.secure-redis.yml", str(mine), **made)
    try:
        running.up()
        yield running
    finally:
        running.down()


def as_test(stack: Stack, *command: str) -> str:
    return stack.redis("--user", "test", "--pass", "any", "--no-auth-warning", *command)


def test_viewers_get_frames_and_no_command_is_rejected(stack: Stack) -> None:
    as_test(stack, "ACL", "LOG", "RESET")
    with crowd(stack.port, 5):
        until(lambda: as_test(stack, "GET", "beamcast:camera:viewers") == "5", "a count of 5")
        assert as_test(stack, "ACL", "LOG") == ""
        output = stack.compose("exec", "-T", "web", "python", "-m", "deploy.doctor")
    assert "ERROR" not in output
    assert "frames per second" in output


def test_a_client_without_a_password_may_only_ping(stack: Stack) -> None:
    assert stack.redis("PING") == "PONG"
    for command in (["GET", "beamcast:camera:viewers"], ["CONFIG", "GET", "*"], ["KEYS", "*"]):
        assert "NOPERM" in stack.redis(*command)


def test_health_checks_pass_with_these_permissions(stack: Stack) -> None:
    services = ("redis", "ingest", "nginx")
    until(lambda: all(stack.healthy(s) == 1 for s in services), "healthy services", 90)
    until(lambda: stack.healthy("web") == 2, "healthy workers", 90)
