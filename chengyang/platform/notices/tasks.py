"""Celery tasks of notices; each is safe to run twice, and in two workers at once."""

import datetime as dt

from celery import shared_task

from chengyang import clock

from . import delivery
from .models import Notice

RETENTION = dt.timedelta(days=365)  # promised in the privacy rules


@shared_task(name="notices.deliver")
def deliver() -> None:
    """Send the due deliveries. Runs after each commit that wrote a notice, and every minute by beat.

    Takes no lock, because every delivery is claimed by compare-and-swap.
    """
    delivery.deliver_due()


@shared_task(name="notices.tidy")
def tidy() -> None:
    """Delete notices older than a year, with their deliveries."""
    Notice.objects.filter(at__lt=clock.now() - RETENTION).delete()
