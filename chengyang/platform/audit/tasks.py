"""Tasks of the worker for the audit trail; safe to run twice, and by two workers at once."""

import logging

from celery import shared_task

from chengyang.errors import ActionError
from chengyang.platform.audit import actions, readings, verification

logger = logging.getLogger(__name__)


@shared_task(name="audit.seal")
def seal() -> None:
    """Seal the entries that are in no batch; runs every minute."""
    actions.seal_due()


@shared_task(name="audit.verify")
def verify() -> None:
    """Verify all batches and log each finding as an error; runs every night (requirements.md S12)."""
    for finding in verification.verify():
        logger.error("audit: %s", finding)


@shared_task(name="audit.purge")
def purge() -> None:
    """Delete the entries of batches past retention; runs every night (requirements.md S13).

    A batch that does not verify is not purged; an error is logged. Readings of that age are deleted too.
    """
    logger.info("audit: %s readings purged", readings.purge())
    try:
        batches = actions.purge()
    except ActionError as refusal:
        logger.error("audit: %s", refusal)
    else:
        logger.info("audit: %s entries of %s batches purged", sum(batch.count for batch in batches), len(batches))
