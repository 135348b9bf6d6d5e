"""Every option of every command: its default, its limits, its words.

One frozen dataclass a command; :func:`read` fills it from the command line (first), the
environment (``BEAMCAST_…``, second) and the defaults (last), and stops the start with one clear
line when a value is wrong. Nothing else in the project reads ``os.environ``.
``python -m shared.settings`` prints the table that stands in the README.
"""

import argparse
import dataclasses
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

PREFIX = "BEAMCAST_"
STREAM_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")

Settings = TypeVar("Settings")


class Check(NamedTuple):
    """How a text becomes a value (``parse`` raises ValueError), and what is allowed, in words."""

    parse: Callable[[str], Any]
    allowed: str


def number(low: float, high: float, unit: str = "") -> Check:
    """A finite float within [low, high]."""

    def parse(text: str) -> float:
        value = float(text)
        if not math.isfinite(value) or not low <= value <= high:
            raise ValueError
        return value

    return Check(parse, f"a number from {low:g} to {high:g}{unit and ' ' + unit}")


def integer(low: int, high: int) -> Check:
    """An integer within [low, high]."""

    def parse(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise ValueError
        return value

    return Check(parse, f"an integer from {low} to {high}")


def choice(*names: str) -> Check:
    """One of a few words."""

    def parse(text: str) -> str:
        if text not in names:
            raise ValueError
        return text

    return Check(parse, ", ".join(names[:-1]) + " or " + names[-1])


def matching(pattern: str, allowed: str) -> Check:
    """A text that matches the whole regular expression."""

    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError
        return text

    return Check(parse, allowed)


def _tcp_address(text: str) -> str:
    found = re.fullmatch(r"tcp://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})", text)
    if not found or not 0 < int(found[1]) < 65536:
        raise ValueError
    return text


def _redis_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("redis", "rediss") or not parts.hostname or parts.port == 0:
        raise ValueError
    if not re.fullmatch(r"/?|/[0-9]{1,5}", parts.path) or parts.query or parts.fragment:
        raise ValueError
    return text


def _or_empty(check: Check) -> Check:
    return Check(lambda text: check.parse(text) if text else "", f"{check.allowed}, or empty")


FLAG = Check(lambda text: {"0": False, "1": True, "": False}[text], "0 or 1")
TCP_ADDRESS = Check(_tcp_address, "tcp://HOST:PORT")
REDIS_URL = Check(_redis_url, "redis://HOST:PORT/DB or rediss://HOST:PORT/DB")
STREAM = matching(STREAM_NAME.pattern, "1 to 64 of A-Z a-z 0-9 . _ -")
PORT = integer(1, 65535)
HOST = matching(r"[A-Za-z0-9.:_-]{1,253}", "a host name or an IP address")


def option(default: Any, check: Check, meaning: str, *flags: str) -> Any:
    """A dataclass field that is also a command-line flag and an environment variable."""
    return dataclasses.field(
        default=default, metadata={"check": check, "meaning": meaning, "flags": flags}
    )


@dataclasses.dataclass(frozen=True)
class Common:
    """What every command of ours takes."""

    log_level: str = option(
        "info", choice("debug", "info", "warning", "error"), "how much is logged"
    )


@dataclasses.dataclass(frozen=True)
class IngestSettings(Common):
    """python -m ingest"""

    source: str = option("tcp://127.0.0.1:8888", TCP_ADDRESS, "the bsread stream to listen to")
    mode: str = option(
        "auto", choice("auto", "sub", "pull"), "how to listen; auto finds out what the source is"
    )
    stream: str = option("camera", STREAM, "the stream's name in Redis and on the page")
    image: str = option(
        "",
        matching(r".{0,256}", "a channel name of at most 256 characters, or empty"),
        "the channel to show as the picture; empty takes the first two-dimensional or RGB one",
    )
    max_fps: float = option(25.0, number(0.1, 1000, "Hz"), "the most frames published per second")
    quality: int = option(80, integer(1, 95), "JPEG quality of the picture")
    redis: str = option("redis://127.0.0.1:6379/0", REDIS_URL, "the broker")


@dataclasses.dataclass(frozen=True)
class SimulatorSettings(Common):
    """python -m ingest.simulator"""

    output_port: int = option(8888, PORT, "the port that the simulated camera binds", "-o")
    n_images: int = option(-1, integer(-1, 2**31), "how many images to send; -1 never ends", "-n")
    delay: float = option(0.1, number(0, 3600, "s"), "the pause between two images", "-d")
    sender: str = option("push", choice("push", "pub"), "the kind of ZeroMQ socket to send from")


@dataclasses.dataclass(frozen=True)
class WebSettings(Common):
    """python -m web"""

    host: str = option("127.0.0.1", HOST, "the address to serve the page on", "-H")
    port: int = option(5000, PORT, "the port to serve the page on", "-P")
    stream: str = option("camera", STREAM, "the stream that the page / shows")
    redis: str = option("redis://127.0.0.1:6379/0", REDIS_URL, "the broker")
    async_mode: str = option(
        "eventlet", choice("eventlet", "threading"), "how a worker serves many viewers at once"
    )


@dataclasses.dataclass(frozen=True)
class RunSettings(Common):
    """make run"""

    source: str = option(
        "", _or_empty(TCP_ADDRESS), "the stream to show; empty starts the simulated camera"
    )
    redis: str = option("", _or_empty(REDIS_URL), "the broker; empty starts an embedded one")
    host: str = option("127.0.0.1", HOST, "the address to serve the page on")
    port: int = option(5000, PORT, "the first web worker's port; others count up from it")
    web: int = option(1, integer(1, 64), "how many web workers")
    open: bool = option(False, FLAG, "1 opens the page in a browser")


COMMANDS = (IngestSettings, SimulatorSettings, WebSettings, RunSettings)


class BadSetting(ValueError):
    """An option that cannot be used; its text names the option, its value and what is allowed."""


def variable(name: str) -> str:
    """The environment variable of an option: ``max_fps`` → ``BEAMCAST_MAX_FPS``."""
    return PREFIX + name.upper()


def known_variables() -> dict[str, str]:
    """Environment variable → option name, over all commands."""
    return {variable(f.name): f.name for c in COMMANDS for f in dataclasses.fields(c)}


def read(command: type[Settings], argv: Sequence[str], environ: Mapping[str, str]) -> Settings:
    """The command's settings; prints help or one clear error line and exits where there are none.

    A variable that no command knows stops the start too: a typo would otherwise be silent. An empty
    variable counts as absent, as compose passes on what is not set.
    """
    parser = _parser(command)
    given = vars(parser.parse_args(argv))
    try:
        for name in sorted(environ):
            if name.startswith(PREFIX) and name not in known_variables():
                known = ", ".join(sorted(known_variables()))
                raise BadSetting(f"{name} is not a setting of Beamcast; known are {known}")
        values = {}
        for field in dataclasses.fields(command):  # type: ignore[arg-type]
            where, text = _longest(field), given[field.name]
            if text is None:
                where, text = variable(field.name), environ.get(variable(field.name)) or None
            if text is not None:
                values[field.name] = _checked(field, where, text)
    except BadSetting as problem:
        parser.exit(2, f"{parser.prog}: {problem}\n")
    return command(**values)


def _checked(field: dataclasses.Field[Any], where: str, text: str) -> Any:
    check: Check = field.metadata["check"]
    try:
        return check.parse(text)
    except (ValueError, KeyError):
        shown = repr(text) if len(text) <= 80 else repr(text[:80]) + "…"
        raise BadSetting(f"{where} is {shown}; allowed is {check.allowed}") from None


def _longest(field: dataclasses.Field[Any]) -> str:
    return "--" + field.name.replace("_", "-")


def _parser(command: type) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=command.__doc__,
        description=f"Every option is also an environment variable, {PREFIX}… in capitals.",
    )
    for field in dataclasses.fields(command):
        names = [*field.metadata["flags"], _longest(field)]
        if "_" in field.name:
            names.append("--" + field.name)  # the documents spell -o/--output_port
        parser.add_argument(
            *names,
            dest=field.name,
            metavar=field.name.upper(),
            help=f"{field.metadata['meaning']} ({field.metadata['check'].allowed}; "
            f"default: {_shown(field.default)})".replace("%", "%%"),
        )
    return parser


def _shown(default: Any) -> str:
    if isinstance(default, bool):
        return str(int(default))
    return (
        "empty" if default == "" else f"{default:g}" if isinstance(default, float) else f"{default}"
    )


def markdown_table() -> str:
    """All options as the table in the README."""
    rows = [
        "| command | option | variable | default | allowed | meaning |",
        "|---|---|---|---|---|---|",
    ]
    for command in COMMANDS:
        for field in dataclasses.fields(command):
            flags = ", ".join(f"`{flag}`" for flag in (*field.metadata["flags"], _longest(field)))
            rows.append(
                f"| `{command.__doc__}` | {flags} | `{variable(field.name)}` "
                f"| {_shown(field.default)} | {field.metadata['check'].allowed} "
                f"| {field.metadata['meaning']} |"
            )
    return "\n".join(rows)


if __name__ == "__main__":
    print(markdown_table())
