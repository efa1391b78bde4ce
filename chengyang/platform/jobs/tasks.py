"""Celery tasks of jobs; each is safe to run twice, and in two workers at once."""

from celery import shared_task

from chengyang.platform.web import hints

from . import expiry, runner

LASTS = 60  # seconds that a message counts; then the next periodic one is due anyway


@shared_task(name="jobs.work")
def work() -> None:
    """Work on one job for some seconds, and ask for another turn while one waits.

    Runs when a job was started, and every minute: a job whose worker was killed, or whose message was lost, goes on then.
    """
    if runner.work():
        hints.send(work, lasts=LASTS)


@shared_task(name="jobs.tidy")
def tidy() -> None:
    """Delete the results whose seven days are over."""
    expiry.delete_expired()
