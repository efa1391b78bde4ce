"""The saved views whose number of rows an officer wants to see beside 今日待办."""

from typing import Any

from django.http import HttpRequest

from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.web import paging
from chengyang.platform.web.fragments import own_per_version

from .list_exports import admin_of, rows_of
from .models import SavedView

MOST = 12  # views that are counted


def watched_views(request: HttpRequest, _subject: Any) -> dict[str, Any] | None:
    """Return the context of the panel: (view, number of rows in words) for each; None without one."""
    lines = own_per_version(request.user, "staff.watched", lambda: _counted(request.user))
    return {"lines": lines} if lines else None


def _counted(user: Any) -> list[tuple[SavedView, str]]:
    views = list(SavedView.objects.visible_to(user).filter(watched__officer=user)[:MOST])
    found = []
    for view in views:
        try:
            found.append((view, rows_of(admin_of(view.list_name), user, view.query)))
        except (ActionError, NotAllowed, KeyError):  # a filter or a list that is not there any more
            continue
    numbers = paging.counted([rows for _view, rows in found])
    return [(view, paging.total_text(number)) for (view, _rows), number in zip(found, numbers, strict=True)]
