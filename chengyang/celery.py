"""The Celery app. Messages only save time: a periodic task sends what is in the outbox every minute, also without one."""

import logging
import os
from urllib.parse import parse_qs, urlsplit

from celery import Celery
from celery.signals import setup_logging, worker_ready
from django.conf import settings
from django.core.cache import cache

from chengyang import clock, extensions

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengyang.settings")

ROUTINE_LOGGERS = (
    "celery.beat",
    "celery.worker.strategy",
    "celery.app.trace",
)  # they would log a line for every periodic task
HEARTBEAT_KEY = settings.WORKER_HEARTBEAT_KEY
HEARTBEAT_MAX_AGE = 45  # seconds; /readyz reports a worker without a younger heartbeat as down, and the key expires


def broker_url(url):
    """Return `url` (a `REDIS_URL`) in the form that kombu expects: it has another scheme for Unix sockets."""
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
    # max_retries is for senders: a page must not wait for a broker that is down. The worker has its own setting.
    broker_transport_options={"socket_timeout": 10, "socket_connect_timeout": 5, "max_retries": 0},
    worker_prefetch_multiplier=1,
    worker_send_task_events=False,
)
app.autodiscover_tasks()


def schedule_periodic_tasks():
    """Give beat the periodic tasks that the apps declare; called once, after all apps have started.

    A message expires when the next one is due, so that a worker that was down does not find a backlog.
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
def keep_django_logging(**_):
    """Keep `settings.LOGGING` in the worker: Celery sets up its own logging only when this signal has no receiver."""
    for name in ROUTINE_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


@app.task(name="chengyang.heartbeat")
def heartbeat():
    """Write the time at which the worker ran this task, for `/readyz`."""
    cache.set(HEARTBEAT_KEY, clock.now().isoformat(), timeout=HEARTBEAT_MAX_AGE)


@worker_ready.connect
def first_heartbeat(**_):
    """Write the first heartbeat at once: beat sends the first message only after fifteen seconds."""
    heartbeat()
