"""Every option of every command: its default, its limits, its words.

One frozen dataclass a command; :func:`read` fills it from the command line (first), the
environment (``BEAMCAST_…``, second) and the defaults (last), and stops the start with one clear
line when a value is wrong. Nothing else in the project reads ``os.environ``.
``python -m shared.settings`` prints the table that stands in the README.
"""

import argparse
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from shared.checks import (
    FLAG,
    HOST,
    PORT,
    REDIS_URL,
    STREAM,
    TCP_ADDRESS,
    Check,
    choice,
    integer,
    matching,
    number,
    or_empty,
)

PREFIX = "BEAMCAST_"

Settings = TypeVar("Settings")


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
        "", or_empty(TCP_ADDRESS), "the stream to show; empty starts the simulated camera"
    )
    redis: str = option("", or_empty(REDIS_URL), "the broker; empty starts an embedded one")
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
