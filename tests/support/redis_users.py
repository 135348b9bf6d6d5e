"""A real Redis with the shipped users, and a user of the test that may do everything."""

import contextlib
import os
import re
import shutil
import subprocess
import threading
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import redis

from shared.broker import connect
from tests.support.processes import (
    ROOT,
    SHIPPED_USERS,
    RedisServer,
    find_redis_server,
    redis_version,
)


class RedisWithUsers(RedisServer):
    """A Redis server whose ``broker`` has the test's user; ``url_of`` returns those of others."""

    def __init__(self, directory: Path, installation: str = "", database: int = 0) -> None:
        command = ["sh", "deploy/redis/passwords.sh", str(directory)]
        environ = {**os.environ, "BEAMCAST_INSTALLATION": installation}
        subprocess.run(command, cwd=ROOT, env=environ, check=True)
        env = (directory / "passwords.env").read_text()
        self._passwords = dict(re.findall(r"^([A-Z]+)_REDIS_PASSWORD=(\w+)$", env, re.MULTILINE))
        program = max(programs(), key=redis_version)
        self.version = redis_version(program)
        users = (directory / "users.acl").read_text()
        users += "user test on nopass allkeys allchannels +@all\n"
        super().__init__(program=program, users=users)
        url = f"redis://test:any@127.0.0.1:{self.port}/{database}"
        self.broker = connect(url, installation=installation)
        self.broker.acl_log_reset()

    def url_of(self, user: str, database: int = 0) -> str:
        """Return the URL with which ``user`` logs in."""
        login = f"{user}:{self._passwords[user.upper()]}"
        return f"redis://{login}@127.0.0.1:{self.port}/{database}"

    def granted(self, user: str) -> set[str]:
        """Return the commands that the shipped file allows to a user."""
        rights = re.search(rf"^user {user} .*", SHIPPED_USERS.read_text(), re.MULTILINE)
        assert rights
        return set(re.findall(r"\+([a-z|]+)", rights[0]))

    @contextlib.contextmanager
    def recorded(self) -> Iterator[dict[str, set[str]]]:
        """Record the commands and scripts that each user's programs send; complete at the end.
        Those of connections too short to be looked up are under the user "?"."""
        commands: dict[str, set[str]] = defaultdict(set)
        users: dict[str, str] = {}

        def look_up(address: str) -> None:
            """MONITOR shows no ``CLIENT`` command; a connection's name shows that it was sent."""
            for client in self.broker.client_list():
                users[client["addr"]] = client["user"]
                if client["name"]:
                    commands[client["user"]].add("client|setname")
            users.setdefault(address, "?")

        def listen(monitor: Any) -> None:
            last = ""
            while True:
                seen = monitor.next_command()
                if seen["client_type"] != "lua":
                    last = f"{seen['client_address']}:{seen['client_port']}"
                name, *rest = seen["command"].lower().split(" ", 2)
                if [name, *rest] == ["echo", "end"]:
                    return
                if last not in users:
                    look_up(last)
                commands[users[last]].add(f"script|{rest[0]}" if name == "script" else name)

        own = redis.Redis(port=self.port, protocol=2, username="test", password="any")
        with own.monitor() as monitor:
            listener = threading.Thread(target=listen, args=(monitor,), daemon=True)
            listener.start()
            yield commands
            self.broker.echo("end")
            listener.join(10)


def programs() -> set[str]:
    """Return the redis-server of the virtual environment and that on PATH, which may be newer."""
    return {find_redis_server(), shutil.which("redis-server") or find_redis_server()}
