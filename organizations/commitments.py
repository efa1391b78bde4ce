"""What of an organization takes place from a day on, and whether somebody has acted on a step that two officers decided."""

import datetime as dt
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from chengyang import clock, extensions
from chengyang.extensions import OpenItem
from chengyang.platform.staff.links import page_url

from .models import LifeStep, Organization


def commitments(organization: Organization, day: dt.date) -> list[OpenItem]:
    """Return what of `organization` takes place on `day` or later, in all apps, and the change of term that is under way."""
    changes = organization.term_changes.open()
    found = [OpenItem(_("第 %(n)d 届换届") % {"n": row.number}, on=row.starts, url=page_url(row)) for row in changes]
    for source in extensions.commitments():
        found += source.find(organization, day)
    return found


def acted_on(step: Any) -> bool:
    """Return whether somebody has acted since `step` (of today, locked with its organization) was agreed to.

    A later step, an application for membership or a decision on one; where it opened the organization, also a code, a term, or
    something that takes place.
    """
    organization, since = step.organization, step.agreed_at
    if organization.life_steps.filter(pk__gt=step.pk).exists():
        return True
    if organization.memberships.filter(Q(applied_at__gt=since) | Q(decided_at__gt=since)).exists():
        return True
    if step.kind == LifeStep.Kind.SUSPEND:
        return False
    registered = step.kind == LifeStep.Kind.FOUND and organization.credit_code
    return bool(registered or organization.duties.exists() or commitments(organization, clock.today()))
