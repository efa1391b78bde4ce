"""What happened to an application: its kept former rows and the present one, read as steps."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import Application
from .officer_labels import labels_of
from .states import ApplicationState as S

TITLES = {
    S.SUBMITTED: gettext_lazy("提交"),
    S.RETURNED: gettext_lazy("退回修改"),
    S.FIRST_REVIEWED: gettext_lazy("初审通过"),
    S.APPROVED: gettext_lazy("复审通过，已入册"),
    S.DECLINED: gettext_lazy("未通过"),
    S.WITHDRAWN: gettext_lazy("撤回"),
}


@dataclass(frozen=True)
class TimelineStep:
    """One step: what, when, by whom (in words), and what was said."""

    title: Any
    at: dt.datetime
    who: str
    text: str = ""


def of(application: Application, *, names: bool = False) -> list[TimelineStep]:
    """Return the steps of `application`, newest first. With `names` officers stand by name, for the desk."""
    steps = list(_steps(application))
    words = labels_of({row.acted_by_id for _title, row in steps} - {application.user_id})
    found = [TimelineStep(_("开始填写"), application.created_at, _("本人"))]
    found += [_happened(title, row, application, words, names) for title, row in steps]
    return found[::-1]


def _steps(application) -> Iterator[tuple[Any, Any]]:
    """Yield the title and the row as it was after each change of state, oldest first."""
    former = application.history.exclude(pgh_label="delete").select_related("acted_by").order_by("pgh_id")
    for before, after in pairwise([*former, application]):
        if before.state != after.state:
            again = before.state == S.RETURNED and after.state == S.SUBMITTED
            yield (_("改好再交") if again else TITLES[after.state]), after


def _happened(title, row, application, words, names):
    if row.acted_by_id == application.user_id:
        return TimelineStep(title, row.acted_at, _("本人"))
    who = words.get(row.acted_by_id, "")
    if names and row.acted_by:
        who = f"{who} {row.acted_by.name}".strip()
    return TimelineStep(title, row.acted_at, who, row.reason)
