"""``python -m web.access``: users, programs' tokens, and logging out."""

import argparse
import getpass
import os
import secrets
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shared import settings
from web.access import accounts
from web.access.accounts import BadAccounts


def add(content: dict[str, Any], name: str, hashed: str) -> str:
    """Adds a user, or gives one a new password; asks for it without showing it."""
    known = name in content["users"]
    content["users"][name] = {"password": hashed}
    return f"{name} has a new password; earlier logins have ended" if known else f"added {name}"


def ask_password(name: str) -> str:
    """From the keyboard twice, or one line of what is piped in; never from the command line, which
    others on this machine can read."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass(f"Password for {name}: ")
    if getpass.getpass("Once more: ") != password:
        raise BadAccounts("the two were different; nothing was changed")
    return password


def remove(content: dict[str, Any], name: str) -> str:
    """Removes a user or a token."""
    found = [kind for kind in ("users", "tokens") if content[kind].pop(name, None)]
    if not found:
        raise BadAccounts(f"there is no user or token {name!r}")
    return f"removed {name}"


def token(content: dict[str, Any], name: str) -> str:
    """Makes a program's token, shown this once; an earlier one of this name ends."""
    made = secrets.token_urlsafe(32)
    content["tokens"][name] = {"sha256": accounts.digest(made)}
    return f"{made}\nis the token of {name}, shown only now: send it as Authorization: Bearer TOKEN"


def logout(content: dict[str, Any], name: str) -> str:
    """Ends all of a user's logins."""
    if name not in content["users"]:
        raise BadAccounts(f"there is no user {name!r}")
    content["users"][name]["ended"] = time.time()
    return f"all logins of {name} have ended"


COMMANDS: dict[str, Callable[..., str]] = {
    "add": add,
    "remove": remove,
    "token": token,
    "logout": logout,
}


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """0, or 1 when nothing was changed and the last line says why."""
    parser = argparse.ArgumentParser(
        prog="python -m web.access",
        description="Who may watch with BEAMCAST_AUTH=password. Changes count within a second.",
    )
    default = environ.get("BEAMCAST_ACCOUNTS") or settings.WebSettings.accounts
    parser.add_argument("--accounts", default=default, help=f"the file (default: {default})")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="the names of all users and tokens")
    for name, work in COMMANDS.items():
        told = (work.__doc__ or "").replace("%", "%%")
        commands.add_parser(name, help=told).add_argument("name", metavar="NAME")
    chosen = parser.parse_args(argv)
    try:
        if chosen.command == "list":
            content = accounts.read(chosen.accounts)
            for kind in ("users", "tokens"):
                print(f"{kind}: {', '.join(sorted(content[kind])) or 'none'}")
            return 0
        accounts.check_name(chosen.name)
        more = [accounts.new_password(ask_password(chosen.name))] if chosen.command == "add" else []
        with accounts.alone(chosen.accounts):  # others may have changed it while we asked
            is_new = not os.path.exists(chosen.accounts) and chosen.command in ("add", "token")
            content = accounts.empty() if is_new else accounts.read(chosen.accounts)
            said = COMMANDS[chosen.command](content, chosen.name, *more)
            accounts.write(chosen.accounts, content)
    except BadAccounts as problem:
        print(problem, file=sys.stderr)
        return 1
    print(said)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
