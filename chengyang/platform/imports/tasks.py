"""Celery tasks of imports; each is safe to run twice, and in two workers at once."""

from celery import shared_task

from . import actions


@shared_task(name="imports.empty_old")
def empty_old() -> None:
    """Delete the sheets and results whose time is over."""
    actions.empty_old()
