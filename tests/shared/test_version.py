"""Every file that contains the version has that of ``shared/version.py``."""

import re

import pytest

from shared.version import VERSION
from tests.support.processes import ROOT


@pytest.mark.parametrize(
    ("file", "pattern"),
    [
        ("pyproject.toml", r'^version = "(.*)"$'),
        ("deploy/Dockerfile", r'image\.version="(.*)"'),
        ("deploy/kubernetes/kustomization.yaml", r"newTag: (.*)$"),
        ("web/routes/openapi.json", r'^    "version": "(.*)"'),
    ],
)
def test_the_version_is_the_same_everywhere(file: str, pattern: str) -> None:
    text = (ROOT / file).read_text()

    assert re.findall(pattern, text, re.MULTILINE) == [VERSION]
