"""The accounts file: who may log in, the tokens of programs, and the key that signs cookies.

JSON, readable by its owner alone: ``{"key": hex, "users": {name: {"password": hash, "ended": s}},
"tokens": {name: {"sha256": hex}}}``. Passwords are salted scrypt hashes, as werkzeug writes them; a
token has 256 random bits, of which a plain hash is as good. ``python -m web.access`` writes it, web
workers read it, again when it has changed.
"""

import contextlib
import fcntl
import hashlib
import json
import logging
import os
import re
import secrets
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from werkzeug.security import generate_password_hash

log = logging.getLogger(__name__)

NAME = re.compile(r"[A-Za-z0-9._@-]{1,64}")
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 256
"""characters; hashing more would be work that a stranger orders"""


class BadAccounts(ValueError):
    """The accounts file cannot be used, or a change to it is not allowed; the text says why."""


def digest(token: str) -> str:
    """What the file keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


class Accounts:
    """The file as it was last read; used by any thread."""

    def __init__(self, path: str) -> None:
        """Raises BadAccounts."""
        self._path = path
        self._lock = threading.Lock()
        self._lost = False
        self._nobody = generate_password_hash(secrets.token_hex())
        self._stamp = self._stamp_now()
        self._take(read(path))

    @property
    def key(self) -> str:
        """What cookies are signed with."""
        return self._key

    def password_of(self, name: str) -> tuple[str, bool]:
        """The hash to compare with, and whether there is such a user: for any other name another
        hash, so that the comparison takes as long."""
        self._look()
        user = self._users.get(name)
        return (user["password"], True) if user else (self._nobody, False)

    def mark(self, name: str) -> str | None:
        """What a session of this user is bound to: it changes with the password and with ``logout``
        on the command line. None when there is no such user."""
        self._look()
        user = self._users.get(name)
        if not user:
            return None
        return digest(f"{user['password']} {user.get('ended', 0)}")[:16]

    def owner(self, token: str) -> str | None:
        """The name of the program whose token this is."""
        self._look()
        return self._tokens.get(digest(token))

    def has_token(self, sha256: str) -> bool:
        """Whether a token with this digest is still valid."""
        self._look()
        return sha256 in self._tokens

    def _look(self) -> None:
        """Reads the file again when it has changed; one that cannot be used changes nothing."""
        stamp = self._stamp_now()
        if stamp == self._stamp:
            return
        with self._lock:
            try:
                self._take(read(self._path))
                self._stamp = stamp
                if self._lost:
                    log.info("the accounts file can be read again")
                self._lost = False
            except BadAccounts as problem:
                if not self._lost:
                    log.error("%s; those read last still count", problem)
                self._lost = True

    def _stamp_now(self) -> tuple[int, ...]:
        with contextlib.suppress(OSError):
            found = os.stat(self._path)
            return found.st_mtime_ns, found.st_ino, found.st_size
        return ()

    def _take(self, content: dict[str, Any]) -> None:
        self._key: str = content["key"]
        self._users: dict[str, dict[str, Any]] = content["users"]
        self._tokens = {token["sha256"]: name for name, token in content["tokens"].items()}


def read(path: str) -> dict[str, Any]:
    """The file's content; raises BadAccounts."""
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        whole = (
            len(content["key"]) >= 64
            and all(isinstance(user["password"], str) for user in content["users"].values())
            and all(isinstance(token["sha256"], str) for token in content["tokens"].values())
        )
    except FileNotFoundError:
        raise BadAccounts(
            f"there is no accounts file {path}; python -m web.access add NAME makes it"
        ) from None
    except OSError as problem:
        raise BadAccounts(f"the accounts file {path} cannot be read: {problem.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        whole = False
    if not whole:
        raise BadAccounts(f"{path} is no accounts file as python -m web.access writes it")
    return content


@contextlib.contextmanager
def alone(path: str) -> Iterator[None]:
    """Until the end of the block nobody else changes the file. Raises BadAccounts."""
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        lock = open(f"{path}.lock", "w")  # noqa: SIM115
    except OSError as problem:
        raise BadAccounts(f"{path} cannot be written: {problem.strerror}") from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write(path: str, content: dict[str, Any]) -> None:
    """Replaces the file in one step; its owner alone may read it. Raises BadAccounts."""
    try:
        file, name = tempfile.mkstemp(dir=Path(path).parent, prefix=".accounts")  # mode 0600
        try:
            with open(file, "w", encoding="utf-8") as new:
                json.dump(content, new, indent=1)
                new.flush()
                os.fsync(new.fileno())
            with contextlib.suppress(FileNotFoundError):
                before = os.stat(path)
                os.chown(name, before.st_uid, before.st_gid)
            os.replace(name, path)
        except OSError:
            os.unlink(name)
            raise
    except OSError as problem:
        raise BadAccounts(f"{path} cannot be written: {problem.strerror}") from None


def empty() -> dict[str, Any]:
    """What the file holds before its first user."""
    return {"key": secrets.token_hex(32), "users": {}, "tokens": {}}


def check_name(name: str) -> None:
    """Raises BadAccounts."""
    if not NAME.fullmatch(name):
        raise BadAccounts(f"{name[:80]!r} is no name; allowed is 1 to 64 of A-Z a-z 0-9 . _ @ -")


def new_password(password: str) -> str:
    """The hash to keep; raises BadAccounts."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadAccounts(
            f"the password has {len(password)} characters; allowed is "
            f"{SHORTEST_PASSWORD} to {LONGEST_PASSWORD}"
        )
    return generate_password_hash(password)
