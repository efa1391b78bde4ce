"""The board of requests: columns by how far they are, one's own first."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from chengyang.platform.accounts.access import access_scope

from .models import Extension, Request, Share
from .states import REQUEST_OPEN, SHARE_ACTIVE, RequestState, ShareState

MOST = 200  # rows that are looked at


@dataclass
class Column:
    """One column: `code`, heading, what it says when it is empty, and its requests."""

    code: str
    title: Any
    empty: Any
    rows: list[Request] = field(default_factory=list)


def works_on_requests(user: Any) -> bool:
    """Return whether `user` has a board: an officer, the leader of a team, or an expert who is asked by name."""
    scope = access_scope(user)
    if scope.staff or scope.managed("team"):
        return True
    return user.is_authenticated and Share.objects.active().assigned_to(user, ()).exists()


def was_asked(user: Any, share_id: str) -> bool:
    """Return whether the share with the public id `share_id` was one of `user`, and ended: another team was faster, or nobody waits."""
    teams = access_scope(user).managed("team")
    return Share.objects.filter(public_id=share_id, state=ShareState.ENDED).assigned_to(user, teams).exists()


def columns_of(user: Any) -> list[Column]:
    """Return the columns of `user`: what waits to be accepted, is in work, waits for somebody else, is answered.

    A request is `mine` when the user accepted it; these come first, then by due date.
    """
    columns = [
        Column("asked", _("等接"), _("没有等着接的")),
        Column("work", _("在办"), _("没有在办的")),
        Column("paused", _("等本人补充"), _("没有等补充的")),
        Column("others", _("等别人"), _("没有等协办或等批延期的")),
        Column("answered", _("已答复，等评价"), _("没有等评价的")),
    ]
    by_code = {column.code: column for column in columns}
    for row in _rows(user):
        by_code[_column(row)].rows.append(row)
    return columns


def _rows(user):
    scope = access_scope(user)
    teams = scope.managed("team")
    own = Share.objects.filter(request=OuterRef("pk"), state__in=SHARE_ACTIVE).assigned_to(user, teams)
    mine = Share.objects.filter(request=OuterRef("pk"), decided_by=user, state__in=SHARE_ACTIVE)
    waits = Q(state__in=REQUEST_OPEN) | Q(state=RequestState.ANSWERED)
    rows = (
        Request.objects.visible_to(user)
        .exclude(author=user)
        .filter(waits)
        .annotate(
            mine=Exists(mine),
            asks_us=Exists(own.filter(state=ShareState.ASKED)),
            waits_for_help=Exists(Share.objects.filter(request=OuterRef("pk")).awaited()),
            waits_for_days=Exists(Extension.objects.filter(request=OuterRef("pk"), state="asked")),
        )
        .select_related("team", "subdistrict")
    )
    return list(rows.order_by("-mine", "due_on", "pk")[:MOST])


def _column(row):
    if row.state == RequestState.ANSWERED:
        return "answered"
    if row.state == RequestState.PAUSED:
        return "paused"
    if row.asks_us or row.state == RequestState.SUBMITTED:
        return "asked"
    return "others" if row.waits_for_help or row.waits_for_days else "work"
