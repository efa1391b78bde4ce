"""The settings of the tests: those of the portal, but isolated from the developer's environment and data folder."""

import os

import pytest

from chengyang.devtools import test_isolation
from chengyang.devtools.paths import Problem
from chengyang.lib.vault.keys import make_keys

try:
    test_isolation.apply(os.environ)  # must come before the import below, which reads the environment
except Problem as problem:
    raise pytest.UsageError(str(problem)) from None
# One process writes the encrypted rows of a database that the others get copies of: workers inherit these keys.
os.environ.setdefault("VAULT_KEYS", make_keys())

from chengyang.settings import *  # noqa: F403

SMS_AT_NIGHT = True  # tests run at any hour; those of the quiet hours switch it off

CACHES["default"]["KEY_PREFIX"] = f"test-{os.environ.get('PYTEST_XDIST_WORKER', '')}"  # noqa: F405  (several processes, one server)
SITE_URL = "http://testserver"  # the host of the test client
