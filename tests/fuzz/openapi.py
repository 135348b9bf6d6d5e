"""Valid and invalid requests that schemathesis creates from web/routes/openapi.json, with and
without a login."""

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

from tests.fuzz.harness import RunInput
from tests.fuzz.system import SystemUnderTest
from tests.support.processes import ROOT

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 20
"""Of one operation at a time."""
ENDLESS_PATH = "stream.mjpg"


@contextmanager
def openapi_requests() -> Iterator[RunInput]:
    """Check that the description contains every answer."""
    schema = schemathesis.openapi.from_path(ROOT / "web" / "routes" / "openapi.json")
    operations = [operation.ok() for operation in schema.get_all_operations()]
    operations = [operation for operation in operations if ENDLESS_PATH not in operation.path]
    system = SystemUnderTest()
    session = requests.Session()

    def run_input(rng: Random) -> int:
        operation, count = rng.choice(operations), 0
        worker = rng.choice(system.workers)
        token = {"Authorization": f"Bearer {system.token}"}
        headers = token if worker is system.guarded and rng.random() < 0.8 else {}
        known: dict[str, Any] = {}
        if "{stream}" in operation.path and rng.random() < 0.5:
            known = {"stream": "camera"}
        if known and "{kind}" in operation.path:
            known["kind"] = rng.choice(("h5", "npy", "png", "tif", "gif"))
        mode = rng.choice((GenerationMode.POSITIVE, GenerationMode.NEGATIVE))
        cases = operation.as_strategy(mode, path_parameters=known or None)

        @hypothesis.seed(rng.getrandbits(32))
        @hypothesis.settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(cases)
        def send(case: Case) -> None:
            nonlocal count
            count += 1
            answer = case.call(worker.url, session, {**(case.headers or {}), **headers}, timeout=30)
            case.validate_response(answer, CHECKS)

        try:
            send()
        except Unsatisfiable:  # the operation has no invalid requests
            return 0
        system.check(count)
        return count

    try:
        yield run_input
    finally:
        system.end()
