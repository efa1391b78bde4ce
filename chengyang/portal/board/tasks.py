"""The periodic task of the board; safe to run twice."""

from celery import shared_task

from . import keeping, results


@shared_task(name="board.refresh", ignore_result=True)
def refresh() -> None:
    """Count the days again whose records have changed, and publish the table of persons of the last month."""
    keeping.refresh(wait=False)
    results.publish_persons()
