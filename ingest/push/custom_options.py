"""The Chart.js options that a ``custom`` card supports, and the values that each may have.

Chart.js trusts its configuration: a large number in the wrong option blocks the page for hours. So
an option is accepted only if it is listed here and its rule allows the value. The page checks the
same list again, as Redis may still contain configurations that an older version has accepted:
``python -m ingest.push.custom_options`` prints web/static/js/board/custom-options.js.

A rule is a text of alternatives, separated by ``|``. Each is

- ``flag``, ``text`` (of at most MAX_OPTION_CHARS characters) or ``number LOW HIGH``;
- ``value``: a number up to MAX_NUMBER, or a text;
- ``choice A B …``: one of these texts;
- ``any``: any value, as the page overrides it;
- ``label``: a ``value``, or a list of at most MAX_LINES of them, one for each line;
- ``data``: the points of a dataset, each a ``value``, or a list or an object of them;
- ``@group``: an object with the options of this group, in which ``*`` stands for any name;
- any of these with ``[N]`` after it: a list of at most N of them.

null is always allowed.
"""

import json

from ingest.push.message import MAX_CARD_POINTS, MAX_NUMBER

MAX_DATASETS = 100
MAX_CUSTOM_POINTS = 20_000
"""in all datasets together"""
MAX_NAMES = 32
"""in an object with any names"""
MAX_OPTION_CHARS = 256
MAX_LINES = 8
MAX_PARTS = 8
"""values of a point, such as x, y and r"""
MAX_RADIUS_PX = 500


def _all(names: str, rule: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), rule)


def _or_each(rule: str) -> str:
    """Allow one value for all points, or a list with one for each."""
    return "|".join(f"{one}|{one}[{MAX_CARD_POINTS}]" for one in rule.split("|"))


PX = "number -200 200"
WIDTH = "number 0 200"
COLOR = "text|flag"
TYPES = "bar line pie doughnut polarArea radar scatter bubble"
STYLE = {
    **_all(
        "backgroundColor borderColor hoverBackgroundColor hoverBorderColor pointBackgroundColor "
        "pointBorderColor pointHoverBackgroundColor pointHoverBorderColor",
        _or_each("text|flag"),
    ),
    **_all("borderWidth hoverBorderWidth", _or_each(f"{WIDTH}|@sides")),
    **_all(
        "pointBorderWidth pointHoverBorderWidth pointRadius pointHoverRadius pointHitRadius "
        "hoverRadius hitRadius hoverOffset offset spacing",
        _or_each(WIDTH),
    ),
    **_all("radius cutout", _or_each(f"{WIDTH}|text")),
    **_all("pointStyle", _or_each("text|flag")),
    **_all("pointRotation rotation circumference startAngle", _or_each("number -360 360")),
    **_all("borderDash hoverBorderDash", "number 1 200[8]"),
    **_all("borderDashOffset hoverBorderDashOffset clip", PX),
    **_all("borderCapStyle borderJoinStyle borderAlign cubicInterpolationMode indexAxis", "text"),
    **_all("borderRadius hoverBorderRadius", _or_each(f"{WIDTH}|@corners")),
    **_all("borderSkipped stepped", "flag|text"),
    **_all("showLine grouped skipNull drawActiveElementsOnTop circular selfJoin", "flag"),
    **_all("spanGaps", "flag|number 0 1e300"),
    **_all("tension barPercentage categoryPercentage", "number 0 2"),
    **_all("barThickness inflateAmount", f"{WIDTH}|text"),
    **_all("maxBarThickness minBarLength", WIDTH),
    **_all("weight order", "number 0 1000"),
    "base": "value",
    "fill": "flag|text|number 0 100|@fill",
}
DISPLAYED = {"display": "flag|text", "color": COLOR, "font": "@font", "padding": f"{PX}|@padding"}
BOX = {
    **DISPLAYED,
    **_all("align position", "text"),
    **_all("fullSize reverse rtl", "flag"),
}
POINTED = {**_all("mode axis", "text"), **_all("intersect includeInvisible", "flag")}
GROUPS: dict[str, dict[str, str]] = {
    "configuration": {"type": f"choice {TYPES}", "data": "@data", "options": "@options"},
    "data": {
        **_all("labels xLabels yLabels", f"label[{MAX_CARD_POINTS}]"),
        "datasets": f"@dataset[{MAX_DATASETS}]",
    },
    "dataset": {
        **STYLE,
        "type": f"choice {TYPES}",
        **_all("label stack", "value"),
        **_all("xAxisID yAxisID rAxisID", "text"),
        "hidden": "flag",
        "parsing": "flag|@parsing",
        "data": "data",
    },
    "options": {
        **STYLE,
        **_all("responsive maintainAspectRatio animation aspectRatio resizeDelay", "any"),
        **_all("locale", "text"),
        "color": COLOR,
        "font": "@font",
        "events": "text[16]",
        **_all("interaction hover", "@pointed"),
        "layout": "@layout",
        "parsing": "flag|@parsing",
        "elements": "@styles",
        "datasets": "@styles",
        "scales": "@scales",
        "plugins": "@plugins",
    },
    "styles": {"*": "@style"},
    "style": STYLE,
    "scales": {"*": "@scale"},
    "scale": {
        "type": "choice linear logarithmic category radialLinear",
        **_all("axis stack bounds backgroundColor", "text"),
        **_all("display position stacked", "flag|text"),
        **_all("min max suggestedMin suggestedMax", "value"),
        **_all("beginAtZero reverse offset alignToPixels", "flag"),
        "grace": "number 0 1e300|text",
        **_all("weight stackWeight", "number 0 1000"),
        "startAngle": "number -360 360",
        "labels": f"label[{MAX_CARD_POINTS}]",
        **_all("border grid angleLines", "@lines"),
        **_all("title", "@title"),
        **_all("ticks pointLabels", "@ticks"),
    },
    "lines": {
        **_all("display offset drawOnChartArea drawTicks circular", "flag"),
        **_all("color tickColor", _or_each("text|flag")),
        **_all("width lineWidth tickWidth tickLength", _or_each(WIDTH)),
        **_all("dash borderDash tickBorderDash", "number 1 200[8]"),
        **_all("dashOffset borderDashOffset tickBorderDashOffset", PX),
        "z": "number -100 100",
    },
    "ticks": {
        **DISPLAYED,
        "count": "number 2 100",
        "maxTicksLimit": "number 1 100",
        "stepSize": "number 1e-300 1e300",
        "precision": "number 0 20",
        "sampleSize": "number 1 1000",
        "format": "@format",
        **_all("autoSkip includeBounds mirror showLabelBackdrop centerPointLabels", "flag"),
        **_all("autoSkipPadding labelOffset backdropPadding borderRadius", PX),
        **_all("maxRotation minRotation", "number -90 90"),
        **_all("align crossAlign", "text"),
        **_all("backdropColor textStrokeColor", COLOR),
        "textStrokeWidth": WIDTH,
        "z": "number -100 100",
    },
    "format": {
        **_all(
            "style currency currencyDisplay currencySign unit unitDisplay notation timeZone "
            "compactDisplay signDisplay numberingSystem roundingMode",
            "text",
        ),
        "useGrouping": "flag|text",
        "minimumIntegerDigits": "number 1 21",
        **_all("minimumFractionDigits maximumFractionDigits", "number 0 20"),
        **_all("minimumSignificantDigits maximumSignificantDigits", "number 1 21"),
    },
    "plugins": {
        "legend": "flag|@legend",
        **_all("title subtitle", "flag|@title"),
        "tooltip": "flag|@tooltip",
        "filler": "flag|@filler",
        "decimation": "flag|@decimation",
        "colors": "flag|@colors",
    },
    "title": {**BOX, "text": "text|text[8]"},
    "legend": {
        **BOX,
        **_all("maxHeight maxWidth", "number 0 8000"),
        "textDirection": "text",
        "labels": "@legendLabels",
        "title": "@title",
    },
    "legendLabels": {
        **DISPLAYED,
        **_all("boxWidth boxHeight pointStyleWidth borderRadius", WIDTH),
        **_all("pointStyle textAlign", "text"),
        **_all("usePointStyle useBorderRadius", "flag"),
    },
    "tooltip": {
        **POINTED,
        **BOX,
        **_all("enabled displayColors usePointStyle", "flag"),
        **_all("backgroundColor borderColor titleColor bodyColor footerColor", COLOR),
        "multiKeyBackground": COLOR,
        **_all("titleFont bodyFont footerFont", "@font"),
        **_all("titleAlign bodyAlign footerAlign xAlign yAlign textDirection", "text"),
        **_all("titleSpacing bodySpacing footerSpacing titleMarginBottom footerMarginTop", PX),
        **_all("borderWidth cornerRadius caretSize caretPadding boxWidth boxHeight", WIDTH),
        "boxPadding": WIDTH,
    },
    "filler": {"propagate": "flag", "drawTime": "text"},
    "decimation": {
        "enabled": "flag",
        "algorithm": "text",
        "samples": "number 3 10000",
        "threshold": "number 1 100000",
    },
    "colors": _all("enabled forceOverride", "flag"),
    "pointed": POINTED,
    "layout": {"padding": f"{PX}|@padding", "autoPadding": "flag"},
    "padding": _all("top bottom left right x y", PX),
    "sides": _all("top bottom left right", WIDTH),
    "corners": _all("topLeft topRight bottomLeft bottomRight", WIDTH),
    "font": {
        **_all("family style", "text"),
        "size": "number 0 100",
        "weight": "text|number 1 1000",
        "lineHeight": "text|number 0 10",
    },
    "fill": {"target": "flag|value|@fillValue", **_all("above below", COLOR)},
    "fillValue": {"value": "value"},
    "parsing": _all("xAxisKey yAxisKey key", "text"),
}
"""group → option → rule"""


def javascript() -> str:
    """Return the list as a JavaScript module for the page."""
    limits = {
        "points": MAX_CUSTOM_POINTS,
        "names": MAX_NAMES,
        "text": MAX_OPTION_CHARS,
        "lines": MAX_LINES,
        "parts": MAX_PARTS,
        "radiusPx": MAX_RADIUS_PX,
        "number": MAX_NUMBER,
    }
    return (
        "/** Options of custom cards; ingest/push/custom_options.py prints this list. */\n\n"
        f"export const LIMITS = {json.dumps(limits, indent=2)};\n\n"
        f"export const GROUPS = {json.dumps(GROUPS, indent=2)};\n"
    )


if __name__ == "__main__":
    print(javascript(), end="")
