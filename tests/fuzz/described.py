"""Requests that schemathesis makes from the API's description (web/routes/openapi.json): valid and
invalid ones, with and without a login."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import hypothesis
import requests
import schemathesis
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.fuzz.harness import One
from tests.fuzz.scene import Scene
from tests.support.processes import ROOT

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 20
"""of one operation at a time"""
ENDLESS = "stream.mjpg"


@contextmanager
def described() -> Iterator[One]:
    """Every answer is one that the description knows."""
    schema = schemathesis.openapi.from_path(ROOT / "web" / "routes" / "openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    operations = [operation for operation in operations if ENDLESS not in operation.path]
    scene = Scene()
    line = requests.Session()

    def one(chance: Random) -> int:
        operation, count = chance.choice(operations), 0
        worker = chance.choice(scene.workers)
        token = {"Authorization": f"Bearer {scene.token}"}
        headers = token if worker is scene.guarded and chance.random() < 0.8 else {}
        known: dict[str, Any] = {}
        if "{stream}" in operation.path and chance.random() < 0.5:
            known = {"stream": "camera"}
        if known and "{kind}" in operation.path:
            known["kind"] = chance.choice(("h5", "npy", "png", "tif", "gif"))
        mode = chance.choice((GenerationMode.POSITIVE, GenerationMode.NEGATIVE))
        cases = operation.as_strategy(mode, path_parameters=known or None)

        @hypothesis.seed(chance.getrandbits(32))
        @hypothesis.settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(cases)
        def ask(case: Case) -> None:
            nonlocal count
            count += 1
            answer = case.call(worker.url, line, {**(case.headers or {}), **headers}, timeout=30)
            case.validate_response(answer, CHECKS)

        try:
            ask()
        except Unsatisfiable:  # there is nothing about it that could be wrong
            return 0
        scene.check(count)
        return count

    try:
        yield one
    finally:
        scene.end()
