"""What happens to visits without anybody asking: times lapse, guests' data is erased; accounts close; travel times."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.audit.editing import edit, validate
from chengyang.platform.audit.transitions import lock
from chengyang.platform.notices.models import Notice
from members.models import Person

from .. import permissions
from ..models import Base, Travel, Visit
from ..states import VISIT_OPEN, VisitState
from .visits import _locked, _move, _notify_guest, _notify_managers

ERASE_AFTER = dt.timedelta(days=90)  # promised beside the form
BATCH = 200  # rows in one run of the periodic task


def lapse_visits() -> int:
    """Let visits lapse: those that no base answered before they began, and proposals that are no longer kept. Return how many.

    One transaction for each visit, under its locks. Safe to run twice, and by two workers at the same time.
    """
    late = Q(state=VisitState.PROPOSED, kept_until__lte=clock.now())
    late |= Q(state__in=(VisitState.REQUESTED, VisitState.PROPOSED), starts__lte=clock.now())
    return sum(_lapse(visit) for visit in Visit.objects.filter(late).select_related("base").order_by("pk")[:BATCH])


@transaction.atomic
def _lapse(visit: Visit) -> bool:
    visit = _locked(visit)
    is_late = visit.state == VisitState.PROPOSED and not visit.is_reserved()
    if not is_late and not (visit.state in (VisitState.REQUESTED, VisitState.PROPOSED) and visit.has_begun()):
        return False
    _move(visit, VisitState.LAPSED, "visit.lapsed", None, due_on=None)
    _notify_guest(visit, "bases/visit_lapsed")
    _notify_managers(visit, "bases/visit_lapsed")
    return True


# ---- the data of guests ---------------------------------------------------------------------------------------------
@transaction.atomic
def erase_visits() -> int:
    """Erase the data of guests 90 days after their visit and return how many rows; unit, number and date stay.

    Skips rows that another transaction has locked; the next run finds them.
    """
    old = Visit.objects.filter(guest__isnull=False, ends__lte=clock.now() - ERASE_AFTER)
    ids = old.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:BATCH]
    count = _erase(ids)
    if count:
        audit.record("visit.erased", Visit, actor=None)
    return count


@transaction.atomic
def erase_own_visit(visit: Visit, *, actor: Any) -> None:
    """Erase the own data in a visit that is over, before its 90 days. Raises NotAllowed, ActionError("state") while it is open."""
    visit = _locked(visit)
    require(permissions.can_answer_proposal, actor, visit)
    if visit.is_open:
        raise ActionError(_("预约还没有结束，先撤回预约，再删个人信息。"), code="state")
    audit.record("visit.erased", visit, actor=actor, user=actor)
    _erase([visit.pk])


def _erase(ids: Iterable[int]) -> int:
    keys = list(ids)
    rows = Visit.objects.filter(pk__in=keys)
    Notice.objects.filter(url__in=[row.get_absolute_url() for row in rows]).delete()
    count = rows.update(
        guest=None, contact_name="", wishes="", needs=[], feedback="", rating=None, erased_at=clock.now()
    )
    history.delete_history(rows)
    return count


@transaction.atomic
def close_visits_of(user: Any, actor: Any) -> None:
    """Cancel the open visits of `user`, who closes their account, and erase their data in all of them."""
    _cancel_open(Visit.objects.filter(guest=user), actor)
    _erase(Visit.objects.filter(guest=user).values_list("pk", flat=True))


@transaction.atomic
def cancel_visits_of(person: Person, actor: Any) -> None:
    """Cancel the open visits of `person`, who leaves the registry."""
    if person.user_id:
        _cancel_open(Visit.objects.filter(guest=person.user_id), actor)


def erase_visits_of(person: Person) -> None:
    """Erase the data of `person` in the visits that they asked for before they left; later ones are those of a guest."""
    if person.user_id:
        rows = Visit.objects.filter(guest=person.user_id)
        if person.left_on:
            rows = rows.filter(at__lt=clock.at(person.left_on + dt.timedelta(days=1)))
        _erase(rows.values_list("pk", flat=True))


def _cancel_open(rows: QuerySet, actor: Any) -> None:
    for visit in rows.filter(state__in=VISIT_OPEN).select_related("base").order_by("base_id", "pk"):
        visit = _locked(visit)
        if visit.is_open and not visit.has_begun():
            _move(visit, VisitState.CANCELLED, "visit.cancelled", actor, due_on=None, kept_until=None)
            _notify_managers(visit, "bases/visit_withdrawn")


def accounts_in_use(since: dt.datetime) -> QuerySet:
    """Return the ids of the accounts with a visit that ended, or ends, after `since`."""
    rows = Visit.objects.filter(guest__isnull=False, ends__gt=since)
    return rows.order_by().values_list("guest", flat=True).distinct()


# ---- travel times ---------------------------------------------------------------------------------------------------
@transaction.atomic
def add_travel(base: Base, other: Base, *, actor: Any, minutes: int) -> Travel:
    """Enter how many minutes a bus takes between two bases. Raises ActionError("same"), ("invalid"), NotAllowed."""
    require(permissions.can_edit_travel, actor, None)
    if base == other:
        raise ActionError(_("请选两个不同的基地。"), code="same", field="other")
    first, second = sorted((base, other), key=lambda one: one.pk)
    row = Travel(base=first, other=second, minutes=minutes)
    validate(row)
    row.save(force_insert=True)
    audit.record("travel.added", row, actor=actor)
    return row


@transaction.atomic
def edit_travel(row: Travel, *, actor: Any, **data: Any) -> Travel:
    """Change the minutes of a way. Raises ActionError("invalid"), NotAllowed."""
    row = lock(row)
    require(permissions.can_edit_travel, actor, None)
    edit(row, data, fields=Travel.EDITABLE_FIELDS, verb="travel.edited", actor=actor)
    return row
