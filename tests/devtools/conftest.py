"""Fixtures: temporary data folders, and a supervisor for real servers in them."""

import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from chengyang.devtools.processes import Supervisor


@pytest.fixture
def home():
    """A data folder that the account of the server can enter."""
    folder = Path(tempfile.mkdtemp(prefix="portal-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def closed_home():
    """A data folder below a folder that only its owner can enter."""
    above = Path(tempfile.mkdtemp(prefix="portal-"))
    yield above / "var"
    shutil.rmtree(above)


@pytest.fixture
def supervisor(home):
    """A supervisor that writes to files only; the processes that it started are killed at the end."""
    one = Supervisor(home / "log", echo=False)
    yield one
    for child in list(one.children):
        one.stop(child, timeouts=[(None, 5), (signal.SIGKILL, 1)])


@pytest.fixture
def as_root():
    if os.geteuid() != 0:
        pytest.skip("only root may become another account")
