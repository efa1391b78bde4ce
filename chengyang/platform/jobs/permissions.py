"""Permissions of jobs: `Job.objects.visible_to` shows them to their owner only."""

from typing import Any

from chengyang.platform.accounts.access import access_scope


def can_start(actor: Any, job: Any = None) -> bool:
    """Return whether `actor` may start a job: an officer. What the job does is checked by its kind."""
    return access_scope(actor).officer


def can_steer(actor: Any, job: Any) -> bool:
    """Return whether `actor` may cancel `job`, try it again, or take back what it did: its owner, while an officer."""
    return access_scope(actor).officer and actor.pk == job.owner_id
