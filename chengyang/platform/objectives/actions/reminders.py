"""Reminders of figures that are due, sent by the daily task."""

import datetime as dt
from typing import Any

from django.db import transaction

from chengyang import clock
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock

from ..due import due_figure
from ..models import Objective
from ..people import notify_about, workers_of

ONE_DAY = dt.timedelta(days=1)


@transaction.atomic
def remind_of_figure(objective: Objective, *, actor: Any = None) -> bool:
    """Notify the managers of the owner that a figure is due: on the day after its period, and on the day after its date.

    Safe to repeat on a day. Returns whether a notice was sent.
    """
    objective = lock(objective)
    today = clock.today()
    due = due_figure(objective, today)
    if due is None:
        return False
    stages = [day for day in (due.ends, due.by + ONE_DAY) if day <= today]
    if objective.reminded_on is not None and objective.reminded_on >= max(stages):
        return False
    objective.reminded_on = today
    objective.save(update_fields=["reminded_on"])
    audit.record("objective.reminded", objective, actor=actor, fields=["reminded_on"])
    accounts = workers_of(objective.owner)
    for account in accounts:
        notify_about(account, "objectives/figure_due", objective, due=due, is_late=due.by < today)
    return bool(accounts)
