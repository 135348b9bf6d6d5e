"""How the options of a command are declared, read from its flags and the environment, checked and
shown."""

import argparse
import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from shared.redis_url import without_password
from shared.validators import Validator, choice

PREFIX = "BEAMCAST_"
FILE_OPTIONS = ("redis", "source", "push_passwords")
"""the options that may hold a secret: each has a second variable, which names a file with its
value, as Docker and Kubernetes mount secrets"""
MAX_FILE_BYTES = 64 * 1024


def option(default: Any, check: Validator, meaning: str, *flags: str) -> Any:
    """A dataclass field that is also a command-line flag and an environment variable."""
    return dataclasses.field(
        default=default, metadata={"check": check, "meaning": meaning, "flags": flags}
    )


@dataclasses.dataclass(frozen=True)
class CommonSettings:
    """What every command of ours takes."""

    log_level: str = option(
        "info", choice("debug", "info", "warning", "error"), "how much is logged"
    )
    log_format: str = option(
        "text", choice("text", "json"), "lines for people, or a JSON object a line"
    )

    def problem(self) -> str:
        """What is wrong with these settings together; empty when nothing is."""
        return ""


Settings = TypeVar("Settings", bound=CommonSettings)


class BadSetting(ValueError):
    """An option that cannot be used; its text names the option, its value and what is allowed."""


def variable(name: str) -> str:
    """The environment variable of an option: ``max_fps`` → ``BEAMCAST_MAX_FPS``."""
    return PREFIX + name.upper()


def file_variable(name: str) -> str:
    """The variable that names a file: ``redis`` → ``BEAMCAST_REDIS_FILE``."""
    return variable(name) + "_FILE"


def read(
    command: type[Settings],
    argv: Sequence[str],
    environ: Mapping[str, str],
    known: Collection[str],
) -> Settings:
    """The command's settings; prints help or one clear error line and exits where there are none.

    A variable that is not among ``known`` stops the start too: a typo would otherwise be silent. An
    empty variable counts as absent, as compose passes on what is not set.
    """
    parser = _parser(command)
    given = vars(parser.parse_args(argv))
    try:
        for name in sorted(environ):
            if name.startswith(PREFIX) and name not in known:
                told = ", ".join(sorted(known))
                raise BadSetting(f"{name} is not a setting of Beamcast; known are {told}")
        values = {}
        for field in dataclasses.fields(command):
            where, text = _long_flag(field), given[field.name]
            if text is None:
                where, text = _read_environment(field.name, environ)
            if text is not None:
                values[field.name] = _parse(field, where, text)
        chosen = command(**values)
        if problem := chosen.problem():
            raise BadSetting(problem)
    except BadSetting as wrong:
        parser.exit(2, f"{parser.prog}: {wrong}\n")
    return chosen


def _read_environment(name: str, environ: Mapping[str, str]) -> tuple[str, str | None]:
    """Where an option's text stands in the environment, and the text, if any. Raises BadSetting."""
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
    except (OSError, ValueError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "it is no text"
        raise BadSetting(
            f"{in_file} is {path!r}, which cannot be read ({why}); allowed is a file whose content "
            f"is the value of {plain}"
        ) from None
    if not text:
        raise BadSetting(f"{in_file} is {path!r}, which is empty; allowed is the value of {plain}")
    return in_file, text


def _parse(field: dataclasses.Field[Any], where: str, text: str) -> Any:
    check: Validator = field.metadata["check"]
    try:
        return check.parse(text)
    except (ValueError, KeyError):
        text = without_password(text)
        told = repr(text) if len(text) <= 80 else repr(text[:80]) + "…"
        if check.secret or where == file_variable(field.name):
            told = "not what it must be"
        raise BadSetting(f"{where} is {told}; allowed is {check.allowed}") from None


def _long_flag(field: dataclasses.Field[Any]) -> str:
    return "--" + field.name.replace("_", "-")


def _parser(command: type) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=command.__doc__,
        description=f"Every option is also an environment variable, {PREFIX}… in capitals.",
    )
    for field in dataclasses.fields(command):
        names = [*field.metadata["flags"], _long_flag(field)]
        if "_" in field.name:
            names.append("--" + field.name)  # the documents spell -o/--output_port
        parser.add_argument(
            *names,
            dest=field.name,
            metavar=field.name.upper(),
            help=f"{field.metadata['meaning']} ({field.metadata['check'].allowed}; "
            f"default: {format_default(field.default)})".replace("%", "%%"),
        )
    return parser


def format_default(default: Any) -> str:
    """A default as help and documents have it."""
    if isinstance(default, bool):
        return str(int(default))
    if isinstance(default, tuple):
        return ",".join(map(str, default)) or "empty"
    return (
        "empty" if default == "" else f"{default:g}" if isinstance(default, float) else f"{default}"
    )


def variables_markdown(name: str) -> str:
    """An option's variables as the documents have them."""
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
                f"| {field.metadata['check'].allowed} | {field.metadata['meaning']} |"
            )
        lines.append("")
    return "\n".join(lines)
