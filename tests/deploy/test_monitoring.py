"""Dashboard, alerts and documents use the metrics of a real ingest and a real worker."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from prometheus_client.metrics_core import Metric

from tests.support.beamcast import Beamcast
from tests.support.camera import Camera
from tests.support.metrics import scrape, value
from tests.support.processes import ROOT, free_port
from tests.support.promql import Matcher, named
from tests.support.push import Push
from tests.support.waiting import until

MONITORING = ROOT / "deploy" / "monitoring"
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
DASHBOARD: dict[str, Any] = json.loads((MONITORING / "dashboard.json").read_text())
ALERTS = (MONITORING / "alerts.yml").read_text()
OF_PROMETHEUS = {"up": set(), "ALERTS": {"alertname", "alertstate"}}
"""metrics and labels that Prometheus adds"""
ADDED = {"job", "instance"}
ROW = re.compile(r"^\| `(beamcast_\w+)` \| (\w+) \|(.*?)\| (.+) \|$", re.MULTILINE)


class Printed:
    """All metrics of the processes of one installation: samples by name."""

    def __init__(self, processes: list[dict[str, Metric]]) -> None:
        self.metrics = {name: metric for printed in processes for name, metric in printed.items()}
        self.labels: dict[str, list[dict[str, str]]] = {}
        for metric in self.metrics.values():
            for sample in metric.samples:
                self.labels.setdefault(sample.name, []).append(sample.labels)

    def ours(self) -> dict[str, Metric]:
        return {name: self.metrics[name] for name in self.metrics if name.startswith("beamcast_")}


@pytest.fixture(scope="module")
def printed() -> Iterator[Printed]:
    """Yield the metrics with a viewer, an MJPEG client and a board."""
    beamcast, port, push_port = Beamcast(), free_port(), free_port()
    try:
        with Camera() as camera:
            ingest = f"http://127.0.0.1:{port}"
            beamcast.ingest(camera.address, "--metrics-port", str(port))
            board = Push(beamcast.redis, "--push-metrics-port", str(push_port))
            beamcast.add(board.process)
            worker = beamcast.worker()
            viewer = beamcast.viewer(worker)
            viewer.watch()
            viewer.wait_for(3)
            viewer.call("drawn", {})
            motion = f"{worker.url}/api/streams/camera/stream.mjpg"
            with requests.get(motion, stream=True, timeout=20):
                watching = "beamcast_web_watching"
                until(lambda: value(worker.url, watching, way="http") == 1, "two ways to watch")
                until(lambda: value(ingest, "beamcast_ingest_viewers") == 2, "the gate's count")
                push = f"http://127.0.0.1:{push_port}"
                yield Printed([scrape(url) for url in (push, ingest, worker.url)])
    finally:
        beamcast.stop()


def alerts() -> dict[str, str]:
    """Return alert → its part of the file."""
    parts = re.split(r"^ +- alert: (\w+)\n", ALERTS, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def conditions() -> Iterator[tuple[str, str]]:
    """Return alert → its expression."""
    for name, rule in alerts().items():
        found = re.search(r"expr: (?:\|\n((?: {10,}.*\n)+)|(.+)\n)", rule)
        assert found, name
        yield name, found[1] or found[2]


def queries() -> Iterator[str]:
    """Return the expressions of the dashboard with its variables replaced."""
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", ()):
            yield target["expr"].replace("$stream", ".*").replace("$__rate_interval", "1m")


EXPRESSIONS = [*dict(conditions()).values(), *queries()]


def is_there(matchers: list[Matcher], labels: dict[str, str]) -> bool:
    return all(m.takes(labels[m.label]) for m in matchers if m.label not in ADDED)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_metric_and_label_of_alerts_and_dashboard_exists(
    expression: str, printed: Printed
) -> None:
    metrics, labels = named(expression)
    assert metrics
    known = set(ADDED)
    for name, matchers in metrics:
        if name in OF_PROMETHEUS:
            known |= OF_PROMETHEUS[name]
            assert {m.label for m in matchers} <= ADDED | OF_PROMETHEUS[name]
            continue
        assert name in printed.labels, f"nobody prints {name}"
        samples = printed.labels[name]
        assert {m.label for m in matchers} <= set(samples[0]) | ADDED, name
        assert any(is_there(matchers, sample) for sample in samples), f"{name}{matchers}"
        known |= set(samples[0])
    assert labels <= known


def test_the_jobs_of_alerts_and_dashboard_are_scraped() -> None:
    jobs = re.findall(r"job_name: (\w+)", (MONITORING / "prometheus.yml").read_text())
    found = [named(expression) for expression in EXPRESSIONS]
    matchers = [
        m for one in found for _, matchers in one.metrics for m in matchers if m.label == "job"
    ]

    assert matchers
    for matcher in matchers:
        assert any(map(matcher.takes, jobs)), matcher
        assert set(matcher.value.split("|")) <= set(jobs)


def test_the_dashboards_variable_lists_the_streams(printed: Printed) -> None:
    _, stream = DASHBOARD["templating"]["list"]
    found = re.fullmatch(r"label_values\((\w+), (\w+)\)", stream["query"]["query"])
    assert found
    assert found[2] in printed.labels[found[1]][0]


def test_legends_of_the_dashboard_use_existing_labels(printed: Printed) -> None:
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", ()):
            labels = set(re.findall(r"{{(\w+)}}", target.get("legendFormat", "")))
            metrics, summed = named(target["expr"].replace("$__rate_interval", "1m"))
            whole = {label for name, _ in metrics for label in printed.labels.get(name, [{}])[0]}
            is_sum = re.search(r"\b(sum|max|min|count|histogram_quantile)\b", target["expr"])
            assert labels <= (summed if is_sum else whole | ADDED), (panel["title"], labels)


def test_the_dashboard_is_complete() -> None:
    panels = DASHBOARD["panels"]
    rows = [panel["title"] for panel in panels if panel["type"] == "row"]

    assert rows == ["Health", "Source", "Frames", "Viewers", "Delays", "Losses", "Processes"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, f"{panel['title']} lies over another"
        assert place["x"] + place["w"] <= 24
        taken |= cells
        if panel["type"] != "row":
            assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}


@pytest.mark.parametrize("name", alerts())
def test_every_alert_has_a_description_and_is_documented(name: str) -> None:
    rule = alerts()[name]
    described = OPERATIONS.split("## What each alert means\n")[1].split("\n## ")[0]

    assert re.search(r"summary: .+", rule)
    assert re.search(r"description: >-\n +\S.+", rule)
    assert re.search(r"severity: (critical|warning|info)", rule)
    assert f"runbook: docs/operations.md#{name.lower()}\n" in rule
    assert re.search(rf"^### {name}\n\n\S", described, re.MULTILINE)


def test_every_documented_alert_exists() -> None:
    assert set(re.findall(r"^### (Beamcast\w+)$", OPERATIONS, re.MULTILINE)) == set(alerts())


def test_texts_of_the_alerts_use_labels_of_their_expression(printed: Printed) -> None:
    for name, condition in conditions():
        labels = set(re.findall(r"\$labels\.(\w+)", alerts()[name]))
        metrics, summed = named(condition)
        whole = {label for one, _ in metrics for label in printed.labels.get(one, [{}])[0]}
        assert labels <= whole | summed | ADDED, name


def test_the_table_of_metrics_lists_all_metrics(printed: Printed) -> None:
    table = {
        name: (kind, set(re.findall(r"`(\w+)`", labels)))
        for name, kind, labels, _ in ROW.findall(OPERATIONS)
    }
    there = printed.ours()

    assert table.keys() == there.keys()
    for name, (kind, labels) in table.items():
        assert kind == there[name].type, name
        for sample in there[name].samples:
            assert labels == set(sample.labels) - {"le"}, name


def test_grafana_finds_the_files_that_compose_mounts() -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    provider = (MONITORING / "grafana" / "dashboards.yml").read_text()
    folder = re.search(r"path: ([\w/]+)", provider)
    assert folder

    assert f"./deploy/monitoring/dashboard.json:{folder[1]}/dashboard.json:ro" in compose
    for path in re.findall(r"- \./(deploy/monitoring/\S+?):/", compose):
        assert (ROOT / path).is_file(), path


@pytest.mark.parametrize(
    ("expression", "metrics", "labels"),
    [
        ("a", ["a"], set()),
        ("rate(a_total[5m]) > 0.5", ["a_total"], set()),
        ("sum by (x, y) (rate(a[1m])) / on (z) group_left (w) b", ["a", "b"], {"x", "y", "z", "w"}),
        ('a{x="b(c", y=~"d|e"} unless b offset 5m', ["a", "b"], set()),
        ("a # b\nand c", ["a", "c"], set()),
        ("max_over_time(a[1h:5m]) == bool 1e-3 or vector(0)", ["a"], set()),
    ],
)
def test_the_names_in_an_expression_are_found(
    expression: str, metrics: list[str], labels: set[str]
) -> None:
    found = named(expression)
    assert ([name for name, _ in found.metrics], found.labels) == (metrics, labels)


@pytest.mark.parametrize(
    "expression", ["sum(a", "a)", "sum(a}", "a{x=}", 'a{x="y}', "a ? b", "[5m", "{}"]
)
def test_an_invalid_expression_is_detected(expression: str) -> None:
    with pytest.raises(AssertionError):
        named(expression)
