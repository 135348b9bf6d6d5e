"""Values from a message as error texts show them: short, and safe to print."""

from collections.abc import Sequence
from typing import Any

MAX_SHOWN_CHARS = 80
"""of a faulty value in an error text"""
MAX_SHOWN_ITEMS = 8
"""of a list of numbers in an error text"""
MAX_NAMES_SHOWN = 10
"""channels that the text of a fault names"""


def format_value(value: Any) -> str:
    """Return a value from JSON for an error text: short, and safe for JSON that nests deeper than
    ``repr`` can follow."""
    if isinstance(value, dict | list) and not _is_simple(value):
        return f"a {type(value).__name__} of {len(value)}"
    text = repr(value[:MAX_SHOWN_CHARS] if isinstance(value, str) else value)
    return text if len(text) <= MAX_SHOWN_CHARS else text[:MAX_SHOWN_CHARS] + "…"


def format_names(names: Sequence[str]) -> str:
    """Return a few of the names, safe to print, and the number of the others."""
    more = f" and {len(names) - MAX_NAMES_SHOWN} more" if len(names) > MAX_NAMES_SHOWN else ""
    return ", ".join(format_value(name) for name in names[:MAX_NAMES_SHOWN]) + more


def escape_surrogates(text: str) -> str:
    """Return a text that UTF-8 can encode: lone surrogates, which JSON may contain, are escaped."""
    return text.encode(errors="backslashreplace").decode()


def _is_simple(value: dict[str, Any] | list[Any]) -> bool:
    """Return whether it is a short list of numbers, as a shape should be."""
    return (
        isinstance(value, list)
        and len(value) <= MAX_SHOWN_ITEMS
        and not any(isinstance(item, dict | list | str) for item in value)
    )
