"""The settings file ``beamcast.env``, read as compose reads it."""

from pathlib import Path


class BadEnvFile(ValueError):
    """A line that is no setting; the text names file and line."""


def read(path: Path) -> dict[str, str]:
    """Variable → value: lines of ``KEY=value``, quotes around a value taken off, # comments.

    No file is no settings. Raises :class:`BadEnvFile`.
    """
    settings: dict[str, str] = {}
    if not path.exists():
        return settings
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, equals, value = text.partition("=")
        name = name.rstrip()
        if not equals or not name.isidentifier():
            raise BadEnvFile(f"{path.name} line {number} is {text!r}; allowed is KEY=value")
        settings[name] = _plain(value)
    return settings


def _plain(value: str) -> str:
    value = value.strip()
    if value[:1] in ("'", '"'):
        return value[1:].partition(value[0])[0]
    return value.partition(" #")[0].rstrip()
