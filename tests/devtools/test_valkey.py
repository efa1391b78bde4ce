"""Valkey as `up` runs it."""

import os
import signal

import pytest
import redis

from chengyang.devtools import server_registry
from chengyang.devtools.binaries import valkey_server
from chengyang.devtools.paths import Problem
from chengyang.devtools.valkey import Valkey


def connect(server):
    return redis.Redis(unix_socket_path=str(server.socket))


def test_it_answers_on_a_private_socket_only(home, supervisor):
    server = Valkey(home)
    server.start(supervisor)
    with connect(server) as link:
        assert link.config_get("port") == {"port": "0"}
    assert server.socket.parent.stat().st_mode & 0o777 == 0o700


def test_messages_survive_kill(home, supervisor):
    server = Valkey(home)
    child = server.start(supervisor)
    with connect(server) as link:
        link.rpush("queue", "hint")
        link.waitaof(1, 0, 5000)
    supervisor.stop(child, timeouts=[(signal.SIGKILL, 5)])
    server.start(supervisor)
    with connect(server) as link:
        assert link.lrange("queue", 0, -1) == [b"hint"]


def test_other_commands_find_the_server_only_while_it_runs(home, supervisor):
    server = Valkey(home, durable=False)
    child = server.start(supervisor)
    assert server_registry.redis_url(home) == f"unix://{server.socket}?db=0"
    supervisor.stop(child, timeouts=[(None, 5)])
    assert server_registry.redis_url(home) is None


def test_long_data_folder_gets_a_short_socket(home):
    server = Valkey(home / ("d" * 120))
    assert len(os.fsencode(server.socket)) <= 107


def test_wrong_redis_bin_is_one_sentence(monkeypatch):
    monkeypatch.setenv("REDIS_BIN", "/nowhere")
    with pytest.raises(Problem, match="REDIS_BIN is '/nowhere'"):
        valkey_server()


def test_no_server_has_no_address(home):
    assert server_registry.redis_url(home) is None
    assert server_registry.database_url(home) is None
