"""Workers that the tests of a module attack."""

import pytest

from tests.support.accounts import AccountsFile
from tests.support.beamcast import Beamcast, Worker


@pytest.fixture(scope="module")
def worker(shared_worker: Worker) -> Worker:
    """A worker without a login."""
    return shared_worker


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> AccountsFile:
    """The accounts of ``guarded``."""
    return AccountsFile(tmp_path_factory.mktemp("accounts"))


@pytest.fixture(scope="module")
def guarded(shared_beamcast: Beamcast, accounts: AccountsFile) -> Worker:
    """A worker that requires a login."""
    return accounts.worker(shared_beamcast)
