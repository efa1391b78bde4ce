"""The timeline of an application, made from the stored former versions of its row."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import Application
from .officer_labels import officer_labels
from .states import ApplicationState as S

TITLES = {
    S.SUBMITTED: gettext_lazy("提交"),
    S.RETURNED: gettext_lazy("退回修改"),
    S.FIRST_REVIEWED: gettext_lazy("初审通过"),
    S.APPROVED: gettext_lazy("复审通过，已入册"),
    S.DECLINE_PROPOSED: gettext_lazy("提出不予通过，等另一位工作人员复核"),
    S.DECLINED: gettext_lazy("未通过"),
    S.OBJECTED: gettext_lazy("申请复核"),
    S.DRAFT: gettext_lazy("收回修改"),
    S.WITHDRAWN: gettext_lazy("撤回"),
}


@dataclass(frozen=True)
class TimelineStep:
    """One step of a timeline: title, time, who did it (as a label) and the reason given."""

    title: Any
    at: dt.datetime
    who: str
    text: str = ""


def timeline_of(application: Application, *, names: bool = False) -> list[TimelineStep]:
    """Return the steps of `application`, newest first; with `names` with the officers' names, for the staff site."""
    steps = list(_steps(application))
    labels = officer_labels({row.acted_by_id for _title, row in steps} - {application.user_id})
    found = [TimelineStep(_("开始填写"), application.created_at, _("本人"))]
    if application.submitted_at and not any(title == TITLES[S.SUBMITTED] for title, _row in steps):
        found.append(TimelineStep(TITLES[S.SUBMITTED], application.submitted_at, _("本人")))  # made without a draft
    found += [_step(title, row, application, labels, names) for title, row in steps]
    return found[::-1]


def _steps(application) -> Iterator[tuple[Any, Any]]:
    """Yield (title, version of the row after it) for each change of state, oldest first."""
    former = application.history.exclude(pgh_label="delete").select_related("acted_by").order_by("pgh_id")
    for before, after in pairwise([*former, application]):
        if before.state != after.state:
            yield _title(before.state, after.state), after


def _title(before, after):
    special = {
        (S.RETURNED, S.SUBMITTED): _("改好再交"),
        (S.DECLINE_PROPOSED, S.SUBMITTED): _("接着初审"),
        (S.DECLINE_PROPOSED, S.FIRST_REVIEWED): _("接着复审"),
        (S.OBJECTED, S.SUBMITTED): _("复核后重新审核"),
        (S.OBJECTED, S.DECLINED): _("复核后维持不予通过"),
    }
    return special.get((before, after), TITLES[after])


def _step(title, row, application, labels, names):
    if row.acted_by_id == application.user_id:
        return TimelineStep(title, row.acted_at, _("本人"), row.objection if row.state == S.OBJECTED else "")
    who = labels.get(row.acted_by_id, "")
    if names and row.acted_by:
        who = f"{who} {row.acted_by.name}".strip()
    return TimelineStep(title, row.acted_at, who, row.reason)
