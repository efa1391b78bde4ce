"""届: recording the terms of office of an organization."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.editing import edit, validate
from chengyang.platform.audit.transitions import lock

from .. import permissions
from ..models import Organization, Term


@transaction.atomic
def record_term(organization: Organization, *, number: int, starts: dt.date, ends: dt.date, actor: Any) -> Term:
    """Record the term `number` of `organization`, from the day `starts` until `ends` (exclusive).

    Raises ActionError("invalid") with the field that a constraint refuses: a number that there is, or days of another term.
    NotAllowed for all but the staff responsible for it.
    """
    organization = lock(organization)
    require(permissions.can_record_term, actor, organization)
    term = Term(organization=organization, number=number, starts=starts, ends=ends, is_demo=organization.is_demo)
    validate(term)
    term.save(force_insert=True)
    audit.record("term.recorded", term, actor=actor)
    return term


@transaction.atomic
def correct_term(term: Term, *, actor: Any, **data: Any) -> Term:
    """Correct `data` (names in EDITABLE_FIELDS) of `term`; the history keeps what it was.

    Raises ActionError("planned") when a share of the rotating chair would lie outside the term, otherwise as `record_term`.
    """
    organization = lock(term.organization)
    term = lock(term)
    require(permissions.can_record_term, actor, organization)
    edit(term, data, fields=Term.EDITABLE_FIELDS, verb="term.corrected", actor=actor)
    outside = term.duties.shares().filter(starts__lt=term.starts) | term.duties.shares().filter(ends__gt=term.ends)
    if outside.exists():
        raise ActionError(_("这一届的轮值排到了新日期以外，请先改轮值。"), code="planned", field="ends")
    return term
