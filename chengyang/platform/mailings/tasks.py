"""Celery tasks of messages to many; each is safe to run twice, and in two workers at once."""

from celery import shared_task

from . import actions


@shared_task(name="mailings.send_due")
def send_due() -> None:
    """Start sending the messages whose time in the outbox is over."""
    actions.send_due()


@shared_task(name="mailings.tidy")
def tidy() -> None:
    """Delete the recipients of old messages."""
    actions.delete_old_recipients()
