"""What a process prints for Prometheus."""

from collections.abc import Iterator

import requests
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families


def scrape(url: str) -> dict[str, Metric]:
    """Each metric by its name in PromQL; a histogram by the name that its parts begin with."""
    text = requests.get(f"{url}/metrics", timeout=10).text
    return {_name(metric): metric for metric in text_string_to_metric_families(text)}


def _name(metric: Metric) -> str:
    return f"{metric.name}_total" if metric.type == "counter" else metric.name


def values(url: str, name: str, **labels: str) -> Iterator[float]:
    """Of all samples with this very name and these labels."""
    for metric in scrape(url).values():
        for sample in metric.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                yield sample.value


def value(url: str, name: str, **labels: str) -> float:
    """Their sum; 0 where there is none."""
    return sum(values(url, name, **labels))
