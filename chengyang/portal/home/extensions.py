"""What the roof registers for the desk: the table of exceptional days belongs to the office, and may lag behind."""

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang.platform.accounts.access import reach
from chengyang.platform.staff.registry import Day, register_days
from chengyang.platform.workdays import deadlines


def missing_notices(user, first: dt.date, last: dt.date) -> list[Day]:
    """Return a reminder for each year whose holidays are not entered: from 1 December for the next one (U15)."""
    if not reach(user).district:
        return []
    table = reverse("admin:workdays_workdayexception_changelist")
    text = _("%(year)d 年放假安排还没有录入，期限暂按法定节假日算")
    return [
        Day(max(first, dt.date(year, 1, 1)), text % {"year": year}, table) for year in deadlines.years_to_load(first)
    ]


register_days(missing_notices)
