"""The accounts file: who may log in, the tokens of programs, and the key that signs cookies.

JSON that only its owner can read: ``{"key": hex, "users": {name: {"password": hash, "ended": s}},
"tokens": {name: {"sha256": hex}}}``. Passwords are stored as werkzeug's salted scrypt hashes; a
token has 256 random bits, so a plain hash is as safe. ``python -m web.access`` writes the file, web
workers read it, and read it again when it changes.
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
MIN_PASSWORD_LENGTH = 8
MAX_PASSWORD_LENGTH = 256
"""characters; hashing longer ones would let anonymous clients use up the processor"""


class BadAccounts(ValueError):
    """The accounts file is invalid, or a change to it is not allowed; the message says why."""


def digest(token: str) -> str:
    """Return the hash under which the file stores a token."""
    return hashlib.sha256(token.encode()).hexdigest()


class Accounts:
    """The content of the accounts file; thread-safe."""

    def __init__(self, path: str) -> None:
        """Read the file; raise BadAccounts."""
        self._path = path
        self._lock = threading.Lock()
        self._is_unreadable = False
        self._dummy_hash = generate_password_hash(secrets.token_hex())
        self._stamp = self._read_stamp()
        self._apply(read(path))

    @property
    def key(self) -> str:
        """The key that signs cookies."""
        return self._key

    def password_of(self, name: str) -> tuple[str, bool]:
        """Return the user's password hash, and whether the user exists. For an unknown name it is
        a dummy hash, so that the comparison takes as long."""
        self._reload_if_changed()
        user = self._users.get(name)
        return (user["password"], True) if user else (self._dummy_hash, False)

    def fingerprint(self, name: str) -> str | None:
        """Return what this user's sessions are bound to, None for an unknown user. It changes with
        the password and with ``python -m web.access logout``."""
        self._reload_if_changed()
        user = self._users.get(name)
        if not user:
            return None
        return digest(f"{user['password']} {user.get('ended', 0)}")[:16]

    def token_owner(self, token: str) -> str | None:
        """Return the name of the program that has this token, or None."""
        self._reload_if_changed()
        return self._tokens.get(digest(token))

    def has_token(self, sha256: str) -> bool:
        """Return whether a token with this digest is valid."""
        self._reload_if_changed()
        return sha256 in self._tokens

    def _reload_if_changed(self) -> None:
        """Read the file again if it has changed; an invalid file is ignored."""
        stamp = self._read_stamp()
        if stamp == self._stamp:
            return
        with self._lock:
            try:
                self._apply(read(self._path))
                self._stamp = stamp
                if self._is_unreadable:
                    log.info("the accounts file can be read again")
                self._is_unreadable = False
            except BadAccounts as error:
                if not self._is_unreadable:
                    log.error("%s; the accounts that were read before stay in use", error)
                self._is_unreadable = True

    def _read_stamp(self) -> tuple[int, ...]:
        with contextlib.suppress(OSError):
            found = os.stat(self._path)
            return found.st_mtime_ns, found.st_ino, found.st_size
        return ()

    def _apply(self, content: dict[str, Any]) -> None:
        self._key: str = content["key"]
        self._users: dict[str, dict[str, Any]] = content["users"]
        self._tokens = {token["sha256"]: name for name, token in content["tokens"].items()}


def read(path: str) -> dict[str, Any]:
    """Return the file's content; raise BadAccounts."""
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        is_valid = (
            len(content["key"]) >= 64
            and all(isinstance(user["password"], str) for user in content["users"].values())
            and all(isinstance(token["sha256"], str) for token in content["tokens"].values())
        )
    except FileNotFoundError:
        raise BadAccounts(
            f"accounts file {path} not found; create it with: python -m web.access add NAME"
        ) from None
    except OSError as error:
        raise BadAccounts(f"cannot read accounts file {path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        is_valid = False
    if not is_valid:
        raise BadAccounts(
            f"{path} is not a valid accounts file; python -m web.access writes valid ones"
        )
    return content


@contextlib.contextmanager
def lock(path: str) -> Iterator[None]:
    """Keep other processes from changing the file during the block; raise BadAccounts."""
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        lock = open(f"{path}.lock", "w")  # noqa: SIM115
    except OSError as error:
        raise BadAccounts(f"cannot write accounts file {path}: {error.strerror}") from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write(path: str, content: dict[str, Any]) -> None:
    """Replace the file atomically, readable by its owner only; raise BadAccounts."""
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
    except OSError as error:
        raise BadAccounts(f"cannot write accounts file {path}: {error.strerror}") from None


def empty() -> dict[str, Any]:
    """Return the content of a file without users."""
    return {"key": secrets.token_hex(32), "users": {}, "tokens": {}}


def check_name(name: str) -> None:
    """Raise BadAccounts for a name that no user or token may have."""
    if not NAME.fullmatch(name):
        raise BadAccounts(f"invalid name {name[:80]!r}: use 1 to 64 of A-Z a-z 0-9 . _ @ -")


def hash_password(password: str) -> str:
    """Return the hash to store; raise BadAccounts."""
    if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        raise BadAccounts(
            f"the password has {len(password)} characters; use "
            f"{MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH}"
        )
    return generate_password_hash(password)
