"""The Celery app. Messages are only hints: outbox and job table are swept every minute; a lost one costs a minute."""

import logging
import os
from urllib.parse import parse_qs, urlsplit

from celery import Celery
from celery.signals import setup_logging, worker_ready
from django.conf import settings
from django.core.cache import cache

from chengyang import clock, extensions

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengyang.settings")

ROUTINE_LOGGERS = ("celery.beat", "celery.worker.strategy", "celery.app.trace")  # a line each for every sweep
HEARTBEAT_KEY = settings.WORKER_HEARTBEAT_KEY
HEARTBEAT_MAX_AGE = 45  # seconds; /readyz takes an older worker for a dead one, and the key is gone by then


def broker_url(url):
    """Return the address of the server `url` (a `REDIS_URL`) as the message library spells it."""
    parts = urlsplit(url or "")
    if parts.scheme != "unix":
        return url
    database = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={database}"


app = Celery("chengyang", broker=broker_url(settings.REDIS_URL), set_as_current=True)
app.conf.update(
    accept_content=["json"],
    task_serializer="json",
    result_backend=None,
    task_ignore_result=True,
    task_default_queue="chengyang",
    timezone=settings.TIME_ZONE,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # max_retries is for whoever sends: a page must not wait for a broker that is down (the worker has its own setting).
    broker_transport_options={"socket_timeout": 10, "socket_connect_timeout": 5, "max_retries": 0},
    worker_prefetch_multiplier=1,
    worker_send_task_events=False,
)
app.autodiscover_tasks()


def schedule_periodic_tasks():
    """Have beat run the periodic tasks that the apps declare; called once, when all apps have started.

    A message expires when the next one is due, so that a worker that was away does not find a backlog.
    """
    app.conf.beat_schedule = {
        name: {
            "task": entry.task,
            "schedule": entry.schedule,
            "options": {"expires": entry.schedule} if isinstance(entry.schedule, float) else {},
        }
        for name, entry in extensions.schedule().items()
    }


@setup_logging.connect
def keep_our_logging(**_):
    """Have the worker log as `settings.LOGGING` says: a receiver of this signal keeps Celery from its own set-up."""
    for name in ROUTINE_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


@app.task(name="chengyang.heartbeat")
def heartbeat():
    """Say that the worker lives, for `/readyz`."""
    cache.set(HEARTBEAT_KEY, clock.now().isoformat(), timeout=HEARTBEAT_MAX_AGE)


@worker_ready.connect
def first_heartbeat(**_):
    """Say so at once: the first one by beat is fifteen seconds away."""
    heartbeat()
