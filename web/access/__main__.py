"""``python -m web.access``: manage users and the tokens of programs."""

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
    """Add a user, or change a user's password; prompts for the password."""
    is_known = name in content["users"]
    content["users"][name] = {"password": hashed}
    if is_known:
        return f"changed the password of {name}; earlier logins have ended"
    return f"added {name}"


def ask_password(name: str) -> str:
    """Read a password, typed twice or as one line of a pipe; raise BadAccounts. It is no argument
    of the command, since other users of the machine can read those."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass(f"Password for {name}: ")
    if getpass.getpass("Repeat the password: ") != password:
        raise BadAccounts("the two passwords differ; nothing was changed")
    return password


def remove(content: dict[str, Any], name: str) -> str:
    """Remove a user or a token."""
    found = [kind for kind in ("users", "tokens") if content[kind].pop(name, None)]
    if not found:
        raise BadAccounts(f"no user or token named {name!r}; list shows all")
    return f"removed {name}"


def token(content: dict[str, Any], name: str) -> str:
    """Create a program's token and print it once; it replaces an earlier one of this name."""
    new = secrets.token_urlsafe(32)
    content["tokens"][name] = {"sha256": accounts.digest(new)}
    return f"{new}\nis the token of {name}, shown only now. Send it as Authorization: Bearer TOKEN"


def logout(content: dict[str, Any], name: str) -> str:
    """End all logins of a user."""
    if name not in content["users"]:
        raise BadAccounts(f"no user named {name!r}; list shows all")
    content["users"][name]["ended"] = time.time()
    return f"ended all logins of {name}"


COMMANDS: dict[str, Callable[..., str]] = {
    "add": add,
    "remove": remove,
    "token": token,
    "logout": logout,
}


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run a command; return 1 if it failed, in which case nothing has changed."""
    parser = argparse.ArgumentParser(
        prog="python -m web.access",
        description="Manage who may watch with BEAMCAST_AUTH=password. Web workers apply changes "
        "within a second.",
    )
    default = environ.get("BEAMCAST_ACCOUNTS") or settings.WebSettings.accounts
    parser.add_argument("--accounts", default=default, help=f"the file (default: {default})")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="list the names of all users and tokens")
    for name, function in COMMANDS.items():
        commands.add_parser(name, help=function.__doc__).add_argument("name", metavar="NAME")
    args = parser.parse_args(argv)
    try:
        if args.command == "list":
            content = accounts.read(args.accounts)
            for kind in ("users", "tokens"):
                print(f"{kind}: {', '.join(sorted(content[kind])) or 'none'}")
            return 0
        accounts.check_name(args.name)
        arguments = [args.name]
        if args.command == "add":
            arguments.append(accounts.hash_password(ask_password(args.name)))
        with accounts.lock(args.accounts):  # it may have changed during the prompt
            is_new = not os.path.exists(args.accounts) and args.command in ("add", "token")
            content = accounts.empty() if is_new else accounts.read(args.accounts)
            message = COMMANDS[args.command](content, *arguments)
            accounts.write(args.accounts, content)
    except BadAccounts as error:
        print(error, file=sys.stderr)
        return 1
    print(message)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
