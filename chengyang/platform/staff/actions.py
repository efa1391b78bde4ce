"""Actions of the district office on tables of other platform apps: exceptional days (requirements U15), deliveries."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang.errors import ActionError, require
from chengyang.lib.chinese import workdays
from chengyang.platform.audit import actions as audit
from chengyang.platform.notices import delivery as outbox
from chengyang.platform.notices.models import Delivery
from chengyang.platform.workdays import deadlines
from chengyang.platform.workdays.models import WorkdayException

from . import permissions

WEEKEND = (5, 6)


@transaction.atomic
def set_exception(*, actor, date: dt.date, is_workday: bool, name: str, source: str) -> WorkdayException:
    """Store that `date` is a working day or not, contrary to its weekday; return the row. Due dates move with it.

    Replaces an entry of the same day. A year that is not in the table gets its statutory days with the first entry. A weekend day of a holiday may be entered too, so that the calendar shows it. Raises
    NotAllowed for anybody but the district, ActionError("ordinary") for a working day from Monday to Friday.  (requirements
    U15)
    """
    require(permissions.can_set_exception, actor, None)
    if is_workday and date.weekday() not in WEEKEND:
        raise ActionError(_("这一天本来就上班，不用写。"), code="ordinary", field="date")
    values = {"is_workday": is_workday, "name": name, "source": source, "provisional": False}
    with deadlines.moving_with_the_table():
        _enter_statutory_days(date.year)
        row, _created = WorkdayException.objects.update_or_create(date=date, defaults=values)
    audit.record("settings.changed", row._meta.model, actor=actor, fields=list(values))
    return row


def _enter_statutory_days(year: int) -> None:
    """Enter the statutory days of a `year` that is not in the table, as provisional: its first entry would replace all of them."""
    if WorkdayException.objects.filter(date__year=year).exists():
        return
    names = ("date", "is_workday", "name", "source")
    WorkdayException.objects.bulk_create(
        [
            WorkdayException(provisional=True, **{name: getattr(day, name) for name in names})
            for day in workdays.seed_exceptions([year])
        ],
        ignore_conflicts=True,  # another officer may enter the first day at the same moment
    )


@transaction.atomic
def remove_exception(row: WorkdayException, *, actor) -> None:
    """Delete an exceptional day, so that its weekday counts again. Raises NotAllowed for anybody but the district."""
    require(permissions.can_set_exception, actor, row)
    with deadlines.moving_with_the_table():
        WorkdayException.objects.filter(pk=row.pk).delete()
    audit.record("settings.changed", WorkdayException, actor=actor, fields=["date"])


@transaction.atomic
def send_again(delivery: Delivery, *, actor) -> None:
    """Put a failed or uncertain delivery back into the outbox; the worker sends it within a minute.

    Raises NotAllowed for anybody but the district, ActionError("state") when it waits, is being sent, or was sent.
    """
    require(permissions.can_send_again, actor, delivery)
    if not outbox.send_again(delivery):
        raise ActionError(_("这一条正在发送，或者已经发出。"), code="state")
    audit.record("notice.sent", delivery.notice, actor=actor, reason="again")
