"""The environment of a test process: servers, cache, data folder."""

import os

import pytest
import redis

from chengyang.devtools import server_registry, test_isolation
from chengyang.devtools.paths import Problem
from chengyang.devtools.valkey import Valkey
from chengyang.lib.vault.keys import parse_keys


@pytest.fixture
def isolated(tmp_path):
    """Return a function that isolates an environment of the given variables and returns the result."""

    def isolate(**variables):
        environment = {"CHENGYANG_TEST_FILES": str(tmp_path), **variables}
        test_isolation.apply(environment)
        return environment

    return isolate


def test_each_worker_has_a_cache_and_a_data_folder(isolated, tmp_path):
    found = isolated(PYTEST_XDIST_WORKER="gw1", REDIS_URL="unix:///nowhere/a.sock?db=0")
    assert found["REDIS_URL"] == "unix:///nowhere/a.sock?db=2"
    assert found["CHENGYANG_HOME"] == str(tmp_path / "gw1")


def test_workers_share_their_encryption_keys(isolated):
    keys = os.environ["VAULT_KEYS"]  # of this process, made by tests/settings.py
    first, second = (isolated(PYTEST_XDIST_WORKER=name, VAULT_KEYS=keys)["VAULT_KEYS"] for name in ("gw0", "gw1"))
    assert first == second
    assert parse_keys(first).current == "k1"


def test_keys_of_the_developer_are_not_used(isolated):
    assert "VAULT_KEYS" not in isolated(VAULT_KEYS="k1:a,index:b")


def test_single_process_of_manage_keeps_its_cache(isolated, tmp_path):
    found = isolated(REDIS_URL="unix:///nowhere/a.sock?db=0")
    assert found["REDIS_URL"] == "unix:///nowhere/a.sock?db=0"
    assert found["CHENGYANG_HOME"] == str(tmp_path)


def test_plain_pytest_keeps_away_from_cache_and_files_of_the_portal(home):
    found = {"REDIS_URL": "redis://localhost:1/0", "DATABASE_URL": "postgresql:///x", "CHENGYANG_HOME": str(home)}
    test_isolation.apply(found)
    assert found["REDIS_URL"] == "redis://localhost:1/15"
    assert found["CHENGYANG_HOME"] not in ("", str(home))


def test_plain_pytest_finds_the_servers_of_a_running_portal(home, supervisor, monkeypatch):
    server = Valkey(home, durable=False)
    server.start(supervisor)
    monkeypatch.setenv("CHENGYANG_HOME", str(home))
    found = {}
    test_isolation.apply(found)
    assert found["REDIS_URL"] == f"unix://{server.socket}?db=15"


def test_settings_of_the_developer_are_hidden(isolated):
    found = isolated(STAFF_MFA="off", PORTAL_DEBUG="on", PG_BIN="/opt")
    assert {"STAFF_MFA", "PORTAL_DEBUG"} & {*found} == set()
    assert found["PG_BIN"] == "/opt"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("unix:///run/a%20b.sock?db=0", "unix:///run/a%20b.sock?db=7"),
        ("unix:///run/a.sock", "unix:///run/a.sock?db=7"),
        ("redis://:secret@host:6379/0?protocol=3", "redis://:secret@host:6379/7?protocol=3"),
        ("rediss://host", "rediss://host/7"),
    ],
)
def test_database_of_an_address_is_replaced(url, expected):
    assert test_isolation.with_database(url, 7) == expected


@pytest.fixture
def cache(home, supervisor):
    """The address of an empty Redis database."""
    server = Valkey(home, durable=False)
    server.start(supervisor)
    return test_isolation.with_database(server_registry.redis_url(home), 15)


@pytest.mark.parametrize("key", ["chengyang:1:x", "test-0a:1:x", "_kombu.binding.chengyang"])
def test_cache_with_keys_of_tests_is_used(cache, key):
    with redis.from_url(cache) as link:
        link.set(key, "1")
    test_isolation.require_own_keys(cache)


def test_cache_with_other_keys_is_refused(cache):
    with redis.from_url(cache) as link:
        link.set("shop:basket", "1")
    with pytest.raises(Problem, match="would empty a Redis database that is in use"):
        test_isolation.require_own_keys(cache)
