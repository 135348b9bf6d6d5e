"""Declare the options of a command, read them from its flags and the environment, and document
them."""

import argparse
import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from shared.redis_url import without_password
from shared.validators import Validator, choice

PREFIX = "BEAMCAST_"
FILE_OPTIONS = ("redis", "source", "push_passwords")
"""options that may contain a secret: each has a second variable that names a file with its value,
for the secrets that Docker and Kubernetes mount"""
MAX_FILE_BYTES = 64 * 1024


def option(default: Any, validator: Validator, help: str, *flags: str) -> Any:
    """Return a dataclass field that is also a command-line flag and an environment variable."""
    return dataclasses.field(
        default=default, metadata={"validator": validator, "help": help, "flags": flags}
    )


@dataclasses.dataclass(frozen=True)
class CommonSettings:
    """The options of every command."""

    log_level: str = option(
        "info", choice("debug", "info", "warning", "error"), "the lowest level that is logged"
    )
    log_format: str = option(
        "text", choice("text", "json"), "text lines, or one JSON object per line"
    )

    def find_conflict(self) -> str:
        """Return why these options cannot be used together; empty if they can."""
        return ""


Settings = TypeVar("Settings", bound=CommonSettings)


class BadSetting(ValueError):
    """An invalid option; the text names the option, its value and what is allowed."""


def variable(name: str) -> str:
    """Return the environment variable of an option: ``max_fps`` → ``BEAMCAST_MAX_FPS``."""
    return PREFIX + name.upper()


def file_variable(name: str) -> str:
    """Return the variable that names a file: ``redis`` → ``BEAMCAST_REDIS_FILE``."""
    return variable(name) + "_FILE"


def read(
    command: type[Settings],
    argv: Sequence[str],
    environ: Mapping[str, str],
    known: Collection[str],
) -> Settings:
    """Return the command's settings; print the help or one error line and exit if there are none.

    A BEAMCAST_ variable that is not among ``known`` is an error, because a misspelt one would have
    no effect. An empty variable counts as absent, because compose passes unset variables as empty.
    """
    parser = _build_parser(command)
    given = vars(parser.parse_args(argv))
    try:
        for name in sorted(environ):
            if name.startswith(PREFIX) and name not in known:
                raise BadSetting(
                    f"{name} is not a setting of Beamcast; known are {', '.join(sorted(known))}"
                )
        values = {}
        for field in dataclasses.fields(command):
            origin, text = _long_flag(field), given[field.name]
            if text is None:
                origin, text = _read_environment(field.name, environ)
            if text is not None:
                values[field.name] = _parse(field, origin, text)
        settings = command(**values)
        if conflict := settings.find_conflict():
            raise BadSetting(conflict)
    except BadSetting as error:
        parser.exit(2, f"{parser.prog}: {error}\n")
    return settings


def _read_environment(name: str, environ: Mapping[str, str]) -> tuple[str, str | None]:
    """Return the variable that sets an option, and its text, if any; raises BadSetting."""
    plain, in_file = variable(name), file_variable(name)
    text = environ.get(plain) or None
    path = environ.get(in_file) if name in FILE_OPTIONS else None
    if not path:
        return plain, text
    if text is not None:
        raise BadSetting(f"{plain} and {in_file} are both set; allowed is one of them")
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(MAX_FILE_BYTES).strip()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise BadSetting(
            f"{in_file} is {path!r}, which cannot be read ({why}); allowed is a file whose content "
            f"is the value of {plain}"
        ) from None
    if not text:
        raise BadSetting(f"{in_file} is {path!r}, which is empty; allowed is the value of {plain}")
    return in_file, text


def _parse(field: dataclasses.Field[Any], origin: str, text: str) -> Any:
    validator: Validator = field.metadata["validator"]
    try:
        return validator.parse(text)
    except (ValueError, KeyError):
        text = without_password(text)
        value = repr(text) if len(text) <= 80 else repr(text[:80]) + "…"
        if validator.secret or origin == file_variable(field.name):
            value = "invalid"
        raise BadSetting(f"{origin} is {value}; allowed is {validator.allowed}") from None


def _long_flag(field: dataclasses.Field[Any]) -> str:
    return "--" + field.name.replace("_", "-")


def _build_parser(command: type) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=command.__doc__,
        description=f"Every option is also an environment variable, {PREFIX}… in capitals.",
    )
    for field in dataclasses.fields(command):
        names = [*field.metadata["flags"], _long_flag(field)]
        if "_" in field.name:
            names.append("--" + field.name)  # the specification has -o/--output_port
        parser.add_argument(
            *names,
            dest=field.name,
            metavar=field.name.upper(),
            help=f"{field.metadata['help']} ({field.metadata['validator'].allowed}; "
            f"default: {format_default(field.default)})".replace("%", "%%"),
        )
    return parser


def format_default(default: Any) -> str:
    """Return a default value as the help and the documentation show it."""
    if isinstance(default, bool):
        return str(int(default))
    if isinstance(default, tuple):
        return ",".join(map(str, default)) or "empty"
    return (
        "empty" if default == "" else f"{default:g}" if isinstance(default, float) else f"{default}"
    )


def variables_markdown(name: str) -> str:
    """Return the variables of an option in Markdown."""
    names = [variable(name), *([file_variable(name)] if name in FILE_OPTIONS else [])]
    return " or ".join(f"`{each}`" for each in names)


def markdown(commands: Iterable[type[CommonSettings]]) -> str:
    """Return a Markdown section with a table of options for each command."""
    lines: list[str] = []
    for command in commands:
        lines += [
            f"## `{command.__doc__}`",
            "",
            "| option | variable | default | allowed | meaning |",
            "|---|---|---|---|---|",
        ]
        for field in dataclasses.fields(command):
            flags = ", ".join(f"`{flag}`" for flag in (*field.metadata["flags"], _long_flag(field)))
            lines.append(
                f"| {flags} | {variables_markdown(field.name)} | {format_default(field.default)} "
                f"| {field.metadata['validator'].allowed} | {field.metadata['help']} |"
            )
        lines.append("")
    return "\n".join(lines)
