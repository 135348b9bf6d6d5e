"""A parser of PromQL expressions for their metrics, labels, and grouping labels."""

import re
from typing import NamedTuple

TOKEN = re.compile(
    r"""\s*(?:\#[^\n]*
    | (?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)
    | (?P<range>\[[^\]]*\])
    | (?P<number>(?:0x[0-9a-f]+|[0-9.]+(?:e[+-]?[0-9]+)?(?:ms|[smhdwy])?)+)
    | (?P<name>[A-Za-z_:][A-Za-z0-9_:]*)
    | (?P<sign>=~|!~|!=|==|<=|>=|[-+*/%^<>=(){},@:])
    )""",
    re.VERBOSE | re.IGNORECASE,
)
LISTS = ("by", "without", "on", "ignoring", "group_left", "group_right")
"""Keywords before a list of labels."""
WORDS = (*LISTS, "and", "or", "unless", "bool", "offset", "inf", "nan", "atan2")
PAIRS = {")": "(", "}": "{"}


class Matcher(NamedTuple):
    """A label matcher, as ``way=~"socket|flow"``."""

    label: str
    sign: str
    value: str

    def takes(self, value: str) -> bool:
        """Return whether a sample with this label value matches."""
        is_it = value == self.value
        if "~" in self.sign:
            is_it = bool(re.fullmatch(self.value, value))
        return is_it != self.sign.startswith("!")


class Named(NamedTuple):
    """The metrics of an expression with their matchers, and the labels of all lists."""

    metrics: list[tuple[str, list[Matcher]]]
    labels: set[str]


def named(expression: str) -> Named:
    """Parse an expression; fail on invalid characters and unbalanced brackets."""
    tokens = _tokens(expression)
    found, labels = [], set()
    while tokens:
        kind, token = tokens.pop(0)
        following = tokens[0][1] if tokens else ""
        if kind != "name":
            assert token != "{", f"matchers without a metric: {expression}"
        elif token.lower() in LISTS:
            if following == "(":
                labels |= {name for kind, name in _until(tokens, ")") if kind == "name"}
        elif token.lower() not in WORDS and following.lower() not in ("(", "by", "without"):
            matchers = _matchers(_until(tokens, "}")) if following == "{" else []
            found.append((token, matchers))
    return Named(found, labels)


def _tokens(expression: str) -> list[tuple[str, str]]:
    tokens, place, open_ones = [], 0, []
    while expression[place:].strip():
        found = TOKEN.match(expression, place)
        assert found, f"invalid PromQL: {expression[place:]}"
        place = found.end()
        for kind, token in found.groupdict().items():
            if token:
                tokens.append((kind, token))
                if token in PAIRS.values():
                    open_ones.append(token)
                elif token in PAIRS:
                    assert open_ones, f"{token} closes nothing: {expression}"
                    assert open_ones.pop() == PAIRS[token], f"{token} does not match: {expression}"
    assert not open_ones, f"{open_ones} are not closed: {expression}"
    return tokens


def _until(tokens: list[tuple[str, str]], end: str) -> list[tuple[str, str]]:
    """Remove and return the tokens up to this sign."""
    taken = []
    while (token := tokens.pop(0))[1] != end:
        taken.append(token)
    return taken[1:]


def _matchers(tokens: list[tuple[str, str]]) -> list[Matcher]:
    words = [token for _, token in tokens if token != ","]
    assert len(words) % 3 == 0, f"invalid matchers: {words}"
    triples = zip(words[::3], words[1::3], words[2::3], strict=True)
    return [Matcher(label, sign, text[1:-1]) for label, sign, text in triples]
