"""The Python client of ``examples``, loaded as a module."""

import importlib.util
from types import ModuleType

from tests.support.processes import ROOT

CLIENT = ROOT / "examples" / "beamcast_client.py"


def load_client() -> ModuleType:
    spec = importlib.util.spec_from_file_location("beamcast_client", CLIENT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
