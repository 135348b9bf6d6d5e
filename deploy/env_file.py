"""Read the settings file ``beamcast.env`` as compose does."""

from pathlib import Path


class BadEnvFile(ValueError):
    """An invalid line; the text names file and line."""


def read(path: Path) -> dict[str, str]:
    """Return variable → value from lines of ``KEY=value`` with optional quotes and # comments.

    A file that does not exist counts as empty. Raises :class:`BadEnvFile`.
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
        settings[name] = _unquote(value)
    return settings


def _unquote(value: str) -> str:
    value = value.strip()
    if value[:1] in ("'", '"'):
        return value[1:].partition(value[0])[0]
    return value.partition(" #")[0].rstrip()
