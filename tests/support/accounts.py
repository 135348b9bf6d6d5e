"""An accounts file as ``python -m web.access`` makes it, and somebody who logs in with it."""

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
    """With a user ``alice``."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "accounts.json"
        self.run("add", "alice", said=PASSWORD)

    def run(self, *words: str, said: str = "") -> str:
        """A command of ``web.access``; what it printed."""
        command = [sys.executable, "-m", "web.access", "--accounts", str(self.path), *words]
        answer = subprocess.run(
            command, input=f"{said}\n", capture_output=True, text=True, cwd=ROOT, check=False
        )
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    def token(self, name: str = "archiver") -> str:
        """A new token of a program."""
        return self.run("token", name).splitlines()[0]

    def worker(self, beamcast: Beamcast, *options: str) -> Worker:
        """A worker that lets in who is in this file."""
        return beamcast.worker("--auth", "password", "--accounts", str(self.path), *options)


class Browser(requests.Session):
    """Keeps cookies, and fills in the form."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        # Not all from one address, from which only so many may be tried.
        self.headers["X-Forwarded-For"] = f"10.9.{randrange(256)}.{randrange(256)}"

    def over_tls(self, ca: Path) -> "Browser":
        """Believes this authority alone, and says from which page a form comes: over TLS none
        counts without that."""
        self.trust_env = False  # it may name other authorities
        self.verify = str(ca)
        self.headers["Referer"] = f"{self.url}/login"
        return self

    def form(self) -> dict[str, str]:
        """The fields that the form to log in hides."""
        page = self.get(f"{self.url}/login", timeout=20).text
        return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))

    def log_in(
        self, name: str = "alice", password: str = PASSWORD, **more: str
    ) -> requests.Response:
        """Sends the form."""
        fields = {**self.form(), "name": name, "password": password, **more}
        return self.post(f"{self.url}/login", fields, allow_redirects=False, timeout=20)

    def log_out(self, **more: str) -> requests.Response:
        """Presses the button on the account's page."""
        page = self.get(f"{self.url}/account", timeout=20).text
        token = re.findall(r'name="csrf_token" value="([^"]*)"', page)[0]
        fields = {"csrf_token": token, **more}
        return self.post(f"{self.url}/logout", fields, allow_redirects=False, timeout=20)

    def me(self) -> int:
        """The status of asking who this is: 200 when logged in."""
        return self.get(f"{self.url}/api/me", timeout=20).status_code

    @property
    def cookie(self) -> dict[str, str]:
        """As a header, for a Socket.IO client."""
        return {"Cookie": "; ".join(f"{c.name}={c.value}" for c in self.cookies)}
