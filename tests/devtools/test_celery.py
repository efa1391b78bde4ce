"""The Celery app: its broker, its heartbeat, its schedule."""

import datetime as dt

import pytest
import redis
from django.core.cache import cache
from kombu import Connection

from chengyang import celery, clock
from chengyang.devtools import server_registry
from chengyang.devtools.valkey import Valkey


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        ("unix:///run/valkey.sock?db=3", "redis+socket:///run/valkey.sock?virtual_host=3"),
        ("unix:///run/valkey.sock", "redis+socket:///run/valkey.sock?virtual_host=0"),
        ("redis://:secret@host:6379/1", "redis://:secret@host:6379/1"),
        ("rediss://host:6380/0", "rediss://host:6380/0"),
        (None, None),
    ],
)
def test_cache_address_becomes_broker_address(url, broker):
    assert celery.broker_url(url) == broker


def test_data_folder_with_a_blank_in_its_name_works_for_cache_and_broker(home, supervisor):
    server = Valkey(home / "数 据", durable=False)
    server.start(supervisor)
    address = server_registry.redis_url(server.home)
    with redis.from_url(address) as cache_link, Connection(celery.broker_url(address)) as broker_link:
        assert cache_link.ping()
        assert broker_link.ensure_connection(max_retries=1).connected


def test_heartbeat_is_in_the_cache_and_expires():
    cache.delete(celery.HEARTBEAT_KEY)
    celery.heartbeat()
    assert abs(dt.datetime.fromisoformat(cache.get(celery.HEARTBEAT_KEY)) - clock.now()) < dt.timedelta(seconds=5)
    assert 0 < cache._cache.get_client().ttl(cache.make_key(celery.HEARTBEAT_KEY)) <= celery.HEARTBEAT_MAX_AGE


def test_only_json_is_accepted_and_no_result_is_stored():
    assert celery.app.conf.accept_content == ["json"]
    assert celery.app.conf.result_backend is None


def test_periodic_task_expires_when_the_next_is_due():
    assert celery.app.conf.beat_schedule["notices-deliver"]["options"] == {"expires": 60.0}


def test_every_scheduled_task_exists():
    celery.app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in celery.app.conf.beat_schedule.values()}
    assert scheduled <= set(celery.app.tasks)
