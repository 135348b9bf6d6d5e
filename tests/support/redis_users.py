"""A real Redis with the users that are shipped, and one more who may do everything: the test."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from shared.broker import Broker
from tests.support.processes import ROOT, RedisServer, find_redis_server

READ_AND_WRITE_APART = 7
"""the first version of Redis whose users' rights may differ by key and channel"""


class RedisWithUsers(RedisServer):
    """``broker`` is the test's own; ``url_of`` gives the others theirs."""

    def __init__(self, directory: Path) -> None:
        subprocess.run(["sh", "deploy/redis/passwords.sh", str(directory)], cwd=ROOT, check=True)
        env = (directory / "passwords.env").read_text()
        self._passwords = dict(re.findall(r"^([A-Z]+)_REDIS_PASSWORD=(\w+)$", env, re.MULTILINE))
        self.version, program = max((version(each), each) for each in programs())
        rights = (directory / "users.acl").read_text()
        if self.version < READ_AND_WRITE_APART:
            rights = subprocess.run(
                ["sed", "s/[()]//g; s/%R~/~/g"], input=rights, capture_output=True, text=True
            ).stdout
        (directory / "users.acl").write_text(
            rights + "user test on nopass allkeys allchannels +@all\n"
        )
        super().__init__("--aclfile", str(directory / "users.acl"), program=program)
        self.broker = Broker(port=self.port, protocol=2, username="test", password="any")
        self.broker.acl_log_reset()

    def url_of(self, user: str) -> str:
        """How ``user`` comes in."""
        return f"redis://{user}:{self._passwords[user.upper()]}@127.0.0.1:{self.port}/0"

    def granted(self) -> set[str]:
        """All commands that the file allows to anybody."""
        shipped = (ROOT / "deploy" / "redis" / "users.acl").read_text()
        return {command.partition("|")[0] for command in re.findall(r"\+([a-z|]+)", shipped)}

    def used(self) -> set[str]:
        """All commands that came, from programs and from their scripts."""
        stats: Any = self.broker.info("commandstats")
        return {name.removeprefix("cmdstat_").partition("|")[0] for name in stats}

    def refused(self) -> list[dict[str, Any]]:
        """What anybody tried and had no right to."""
        return list(self.broker.acl_log())


def programs() -> set[str]:
    """The environment's redis-server, and the machine's, which may be a later one."""
    return {find_redis_server(), shutil.which("redis-server") or find_redis_server()}


def version(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    return int(re.search(r"v=(\d+)", said)[1])  # type: ignore[index]
