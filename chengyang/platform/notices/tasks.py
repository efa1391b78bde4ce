"""Celery tasks of notices; each is safe to run twice, and in two workers at once."""

import datetime as dt

from celery import shared_task

from chengyang import clock

from . import delivery
from .models import Notice

RETENTION = dt.timedelta(days=365)  # promised in the privacy rules


@shared_task(name="notices.deliver")
def deliver() -> None:
    """Send the due deliveries. Runs within a second after a commit that wrote a notice.

    Takes no lock, because every delivery is claimed.
    """
    delivery.deliver_due(recover=False)


@shared_task(name="notices.deliver_all")
def deliver_all() -> None:
    """Settle the claims of workers that died, and send the due deliveries: those that nobody asked to send, too."""
    delivery.deliver_due()


@shared_task(name="notices.tidy")
def tidy() -> None:
    """Delete notices older than a year, with their deliveries."""
    Notice.objects.filter(at__lt=clock.now() - RETENTION).delete()
