"""An accounts file made by ``python -m web.access``, and a client that logs in with it."""

import re
import subprocess
import sys
from pathlib import Path
from random import randrange

import requests

from tests.support.beamcast import Beamcast, Worker
from tests.support.processes import ROOT

PASSWORD = "correct horse"


class AccountsFile:
    """An accounts file with a user ``alice``."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "accounts.json"
        self.run("add", "alice", typed=PASSWORD)

    def run(self, *words: str, typed: str = "") -> str:
        """Run a command of ``web.access``; return its output."""
        command = [sys.executable, "-m", "web.access", "--accounts", str(self.path), *words]
        answer = subprocess.run(
            command, input=f"{typed}\n", capture_output=True, text=True, cwd=ROOT, check=False
        )
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    def token(self, name: str = "archiver") -> str:
        """Return a new token for a program."""
        return self.run("token", name).splitlines()[0]

    def worker(self, beamcast: Beamcast, *options: str) -> Worker:
        """Start a worker that admits the users of this file."""
        return beamcast.worker("--auth", "password", "--accounts", str(self.path), *options)


class Browser(requests.Session):
    """An HTTP client that keeps cookies and submits the login form."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        # An own address for each, since the attempts from one address are limited.
        self.headers["X-Forwarded-For"] = f"10.9.{randrange(256)}.{randrange(256)}"

    def over_tls(self, ca: Path) -> "Browser":
        """Trust this authority alone, and send the Referer header, which forms need over TLS."""
        self.trust_env = False  # it may name other authorities
        self.verify = str(ca)
        self.headers["Referer"] = f"{self.url}/login"
        return self

    def form(self) -> dict[str, str]:
        """Return the hidden fields of the login form."""
        page = self.get(f"{self.url}/login", timeout=20).text
        return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))

    def log_in(
        self, name: str = "alice", password: str = PASSWORD, **more: str
    ) -> requests.Response:
        """Submit the login form."""
        fields = {**self.form(), "name": name, "password": password, **more}
        return self.post(f"{self.url}/login", fields, allow_redirects=False, timeout=20)

    def log_out(self, **more: str) -> requests.Response:
        """Press the button on the account page."""
        page = self.get(f"{self.url}/account", timeout=20).text
        token = re.findall(r'name="csrf_token" value="([^"]*)"', page)[0]
        fields = {"csrf_token": token, **more}
        return self.post(f"{self.url}/logout", fields, allow_redirects=False, timeout=20)

    def me(self) -> int:
        """Return the status code of ``/api/me``: 200 when logged in."""
        return self.get(f"{self.url}/api/me", timeout=20).status_code

    @property
    def cookie(self) -> dict[str, str]:
        """The cookies as a header, for a Socket.IO client."""
        return {"Cookie": "; ".join(f"{c.name}={c.value}" for c in self.cookies)}
