"""What the worker does for the audit; safe to run twice, and by two workers."""

import logging

from celery import shared_task

from chengyang.errors import ActionError
from chengyang.platform.audit import actions, verification

logger = logging.getLogger(__name__)


@shared_task(name="audit.seal")
def seal() -> None:
    """Seal the entries of the last minute."""
    actions.seal_due()


@shared_task(name="audit.verify")
def verify() -> None:
    """Check the whole chain each night; every finding is an error in the log (requirements.md S12)."""
    for finding in verification.verify():
        logger.error("audit: %s", finding)


@shared_task(name="audit.purge")
def purge() -> None:
    """Delete whole batches past retention each night; one that does not verify stays, with an error in the log (S13)."""
    try:
        batches = actions.purge()
    except ActionError as refusal:
        logger.error("audit: %s", refusal)
    else:
        logger.info("audit: %s entries of %s batches purged", sum(batch.count for batch in batches), len(batches))
