"""Writes on tables of the office that lie below the audit: the yearly notice of exceptional days (requirements U15)."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import audit
from chengyang.errors import ActionError, require
from chengyang.workdays.models import WorkdayException

from . import permissions

WEEKEND = (5, 6)


@transaction.atomic
def set_exception(*, actor, date: dt.date, is_workday: bool, name: str, source: str) -> WorkdayException:
    """Say that `date` is worked or not, against what its weekday says; replaces a provisional entry of that day.

    Raises ActionError("ordinary") when it would say the same as the weekday, except for a weekend day of a holiday,
    which is entered so that the calendar shows it.
    """
    require(permissions.can_set_exception, actor, None)
    if is_workday and date.weekday() not in WEEKEND:
        raise ActionError(_("这一天本来就上班，不用写。"), code="ordinary", field="date")
    values = {"is_workday": is_workday, "name": name, "source": source, "provisional": False}
    row, _created = WorkdayException.objects.update_or_create(date=date, defaults=values)
    audit.record("settings.changed", row._meta.model, actor=actor, fields=list(values))
    return row


@transaction.atomic
def remove_exception(row: WorkdayException, *, actor) -> None:
    """Take an exceptional day back: its weekday decides again."""
    require(permissions.can_set_exception, actor, row)
    WorkdayException.objects.filter(pk=row.pk).delete()
    audit.record("settings.changed", WorkdayException, actor=actor, fields=["date"])
