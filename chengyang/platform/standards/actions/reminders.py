"""Reminders of what a subject has to put right, sent by the daily task."""

import datetime as dt
from typing import Any

from django.db import transaction

from chengyang import clock
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock

from ..models import Assessment
from ..people import notify_subject, person_of
from ..states import AssessmentState

STAGES = (-7, -1, 1)  # days after the date by which something is to be put right; a negative number is before it


@transaction.atomic
def remind(assessment: Assessment, *, actor: Any = None) -> bool:
    """Notify the subject of what is to be put right by the nearest date, once a week, a day before and a day after it.

    Safe to repeat on a day. Returns whether a notice was sent.
    """
    assessment = lock(assessment)
    today = clock.today()
    due = assessment.due_on
    if assessment.state != AssessmentState.FAILED or due is None:
        return False
    passed = [due + dt.timedelta(days=days) for days in STAGES if due + dt.timedelta(days=days) <= today]
    if not passed or (assessment.reminded_on and assessment.reminded_on >= max(passed)):
        return False
    open_rows = [(criterion, finding) for criterion, finding in assessment.short() if not finding.fixed]
    assessment.reminded_on = today
    assessment.save(update_fields=["reminded_on"])
    audit.record("assessment.reminded", assessment, actor=actor, person=person_of(assessment), fields=["reminded_on"])
    if open_rows:
        notify_subject(assessment, "standards/put_right_due", rows=open_rows, is_late=due < today)
    return bool(open_rows)
