"""The cache backend: a server that is away or hangs is an empty cache."""

import socket

import pytest

from chengyang.platform.web import cache as backend
from chengyang.platform.web.cache import FaultTolerantRedisCache

COMMANDS = [
    ("get", ("a", "else"), "else"),
    ("set", ("a", 1), None),
    ("add", ("a", 1), False),
    ("touch", ("a",), False),
    ("delete", ("a",), False),
    ("get_many", (["a"],), {}),
    ("set_many", ({"a": 1},), ["a"]),
    ("delete_many", (["a"],), None),
    ("has_key", ("a",), False),
    ("clear", (), False),
    ("get_or_set", ("a", lambda: 5), 5),
]


@pytest.fixture(autouse=True)
def as_in_production(monkeypatch):
    """The server is asked, and given as little time as in production (`tests.conftest.patient_cache` gives it more)."""
    monkeypatch.setattr(backend, "_pause", {"until": 0.0})
    usual = {"socket_timeout": backend.TIMEOUT, "socket_connect_timeout": backend.TIMEOUT}
    monkeypatch.setattr(backend, "OPTIONS", {**backend.OPTIONS, **usual})


@pytest.fixture
def missing(tmp_path):
    """A cache whose server does not run."""
    return FaultTolerantRedisCache(f"unix://{tmp_path}/missing.sock", {})


@pytest.fixture
def hanging():
    """A cache whose server accepts connections and never answers, and the number of its connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield FaultTolerantRedisCache(f"redis://127.0.0.1:{server.getsockname()[1]}", {}), server


@pytest.mark.parametrize(("name", "arguments", "result"), COMMANDS)
def test_commands_find_nothing_while_the_server_is_away(missing, name, arguments, result):
    assert getattr(missing, name)(*arguments) == result
    assert backend.is_away()


def test_counting_raises_what_it_raises_for_a_missing_key(missing):
    with pytest.raises(ValueError, match="'a'"):
        missing.incr("a")


def connections(server):
    number = 0
    while True:
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return number
        number += 1


def test_a_server_that_hangs_is_asked_once_and_then_left_alone(hanging):
    cache, server = hanging
    assert [cache.get("a", n) for n in range(20)] == list(range(20))
    assert connections(server) == 1


def test_the_server_is_asked_again_after_the_pause(hanging, monkeypatch):
    cache, server = hanging
    monkeypatch.setattr(backend, "PAUSE", 0.0)
    cache.get("a")
    cache.get("a")
    assert connections(server) == 2


def test_the_cache_of_the_tests_works():
    from django.core.cache import cache

    cache.set("test-cache", 7)
    assert cache.incr("test-cache") == 8
    cache.delete("test-cache")
    assert not backend.is_away()
