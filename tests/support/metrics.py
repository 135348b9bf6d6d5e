"""The Prometheus metrics of a process."""

from collections.abc import Iterator

import requests
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families


def scrape(url: str) -> dict[str, Metric]:
    """Return each metric by its name in PromQL; a histogram by the prefix of its parts."""
    text = requests.get(f"{url}/metrics", timeout=10).text
    return {promql_name(metric): metric for metric in text_string_to_metric_families(text)}


def promql_name(metric: Metric) -> str:
    return f"{metric.name}_total" if metric.type == "counter" else metric.name


def values(url: str, name: str, **labels: str) -> Iterator[float]:
    """Return the values of all samples with exactly this name and with these labels."""
    for metric in scrape(url).values():
        for sample in metric.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                yield sample.value


def value(url: str, name: str, **labels: str) -> float:
    """Return the sum of these values; 0 if there is none."""
    return sum(values(url, name, **labels))
