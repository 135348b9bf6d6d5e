"""Check the Chart.js configuration of a ``custom`` card against the options that are supported."""

import json
from typing import Any

from ingest.push.custom_options import (
    GROUPS,
    MAX_CUSTOM_POINTS,
    MAX_LINES,
    MAX_NAMES,
    MAX_OPTION_CHARS,
    MAX_PARTS,
    MAX_RADIUS_PX,
    TYPES,
)
from ingest.push.message import MAX_NUMBER, InvalidMessage

FORBIDDEN_NAMES = {"__proto__", "constructor", "prototype"}
"""names with a special meaning in JavaScript"""
HINT = "docs/push.md#custom-charts describes the options"
POINTS_TEXT = (
    f"at most {MAX_CUSTOM_POINTS} points: numbers, texts or null, or lists or objects of at most "
    f"{MAX_PARTS} of these, with r from 0 to {MAX_RADIUS_PX}"
)

RULE_TEXTS = {
    "flag": "true or false",
    "text": f"a text of at most {MAX_OPTION_CHARS} characters",
    "value": "a number or a text",
    "label": f"a number, a text, or a list of at most {MAX_LINES} of them",
    "data": POINTS_TEXT,
    "any": "any value",
}


def check(configuration: dict[str, Any]) -> None:
    """Check a configuration; raises InvalidMessage, which names the first invalid option."""
    _check_group(configuration, GROUPS["configuration"], "value")
    if configuration.get("type") is None:
        raise InvalidMessage("value.type is missing", f"one of {TYPES}")
    datasets = (configuration.get("data") or {}).get("datasets") or []
    if None in datasets:
        raise InvalidMessage("value.data.datasets contains null", "a list of objects")
    points = sum(len(dataset.get("data") or ()) for dataset in datasets)
    if points > MAX_CUSTOM_POINTS:
        raise InvalidMessage(
            f"value has {points} points", f"at most {MAX_CUSTOM_POINTS} in all datasets together"
        )


def _check_group(value: dict[str, Any], group: dict[str, str], path: str) -> None:
    if "*" in group and len(value) > MAX_NAMES:
        raise InvalidMessage(f"{path} has {len(value)} entries", f"at most {MAX_NAMES}")
    for name, inner in value.items():
        rule = group.get(name) or group.get("*")
        where = f"{path}.{name[:40]}"
        if rule is None or name in FORBIDDEN_NAMES:
            raise InvalidMessage(f"{where} is not a supported option", HINT)
        if inner is not None and not any(_allows(one, inner, where) for one in rule.split("|")):
            allowed = " or ".join(map(_rule_text, rule.split("|")))
            raise InvalidMessage(f"{where} is {_shorten(inner)}", f"allowed: {allowed}")


def _rule_text(rule: str) -> str:
    """Return a rule as a text for people."""
    if rule.endswith("]"):
        inner, max_length = rule[:-1].split("[")
        return f"a list of up to {max_length}, each {_rule_text(inner)}"
    match rule.split(" "):
        case ["number", low, high]:
            return f"a number from {low} to {high}"
        case ["choice", *texts]:
            return f"one of {', '.join(texts)}"
    return "an object of options" if rule.startswith("@") else RULE_TEXTS[rule]


def _allows(rule: str, value: Any, path: str) -> bool:
    """Return whether a rule without alternatives allows a value; raises InvalidMessage for
    errors inside it."""
    if rule.endswith("]"):
        inner, max_length = rule[:-1].split("[")
        if not isinstance(value, list):
            return False
        if len(value) > int(max_length):
            raise InvalidMessage(f"{path} has {len(value)} entries", f"at most {max_length}")
        return all(
            each is None or _allows(inner, each, f"{path}[{number}]")
            for number, each in enumerate(value)
        )
    if rule.startswith("@"):
        if isinstance(value, dict):
            _check_group(value, GROUPS[rule[1:]], path)
        return isinstance(value, dict)
    name, *parameters = rule.split(" ")
    match name:
        case "number":
            return _is_number(value, float(parameters[0]), float(parameters[1]))
        case "flag":
            return isinstance(value, bool)
        case "text":
            return isinstance(value, str) and len(value) <= MAX_OPTION_CHARS
        case "choice":
            return isinstance(value, str) and value in parameters
        case "value":
            return _is_value(value)
        case "label":
            lines = value if isinstance(value, list) else [value]
            return len(lines) <= MAX_LINES and all(map(_is_value, lines))
        case "data":
            return _is_data(value)
    return True


def _is_number(value: Any, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _is_value(value: Any) -> bool:
    return _allows("text", value, "") or _is_number(value, -MAX_NUMBER, MAX_NUMBER)


def _is_data(value: Any) -> bool:
    points = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list) or len(value) > MAX_CUSTOM_POINTS:
        return False
    return all(point is None or _is_point(point) for point in points)


def _is_point(point: Any) -> bool:
    if not isinstance(point, dict | list):
        return _is_value(point)
    if isinstance(point, dict) and (FORBIDDEN_NAMES & set(point) or not _is_radius(point.get("r"))):
        return False
    parts = point.values() if isinstance(point, dict) else point
    return len(point) <= MAX_PARTS and all(part is None or _is_value(part) for part in parts)


def _is_radius(value: Any) -> bool:
    return value is None or _is_number(value, 0, MAX_RADIUS_PX)


def _shorten(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a list or an object that is not allowed"
    return json.dumps(value)[:60]
