"""Saved views of lists, and the columns that an officer chose for a list."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock
from chengyang.platform.web import content

from . import permissions
from .links import CHOSEN, VIEW
from .list_exports import admin_of, query_of
from .models import ListSetting, SavedView, WatchedView

MOST = 30  # views of one officer for one list


def query_for_view(list_name: str, text: str) -> str:
    """Return what a view keeps of the query string `text` of a list: filters and order.

    The search text is kept only where the rows are not about people: a view is no mark on a person (domain.md, "What the portal
    refuses to hold").
    """
    kept = QueryDict(query_of(text), mutable=True)
    for name in (CHOSEN, VIEW, *(("q",) if admin_of(list_name).people_of else ())):
        kept.pop(name, None)
    return kept.urlencode()


@transaction.atomic
def save_view(
    list_name: str,
    name: str,
    *,
    query: str = "",
    columns: Sequence[str] = (),
    is_shared: bool = False,
    is_watched: bool = False,
    actor: Any,
) -> SavedView:
    """Save filters, order and columns of the list `list_name` ("app.Model") as a view of `actor`, and return it.

    Raises ActionError("name") at the field `name` when the officer has a view of that name there, ("many") when they have MOST,
    NotAllowed for sharing without an office.
    """
    if is_shared:
        require(permissions.can_share_views, actor, None)
    if SavedView.objects.filter(owner=actor, list_name=list_name).count() >= MOST:
        raise ActionError(_("一个名单最多存 %(n)d 个视图，请先删掉不用的。") % {"n": MOST}, code="many", field="name")
    view = SavedView(
        list_name=list_name,
        name=name,
        query=query_for_view(list_name, query),
        columns=list(columns),
        owner=actor,
        is_shared=is_shared,
        subdistrict_id=permissions.office_of(actor),
    )
    _save(view)
    watch_view(view, is_watched, actor=actor)
    audit.record("view.saved", view, actor=actor)
    return view


@transaction.atomic
def change_view(
    view: SavedView,
    *,
    name: str,
    is_shared: bool,
    query: str | None = None,
    columns: Sequence[str] | None = None,
    actor: Any,
) -> SavedView:
    """Rename or share a view; with `query` and `columns` they replace those that it has. Returns it.

    Raises NotAllowed for somebody else's, ActionError("name") for the name of another view.
    """
    view = lock(view)
    require(permissions.can_change_view, actor, view)
    if is_shared and not view.is_shared:
        require(permissions.can_share_views, actor, None)
    view.name, view.is_shared, view.changed_at = name, is_shared, clock.now()
    view.subdistrict_id = permissions.office_of(actor)
    if query is not None:
        view.query = query_for_view(view.list_name, query)
    if columns is not None:
        view.columns = list(columns)
    _save(view)
    audit.record("view.changed", view, actor=actor)
    return view


def _save(view: SavedView) -> None:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        raise ActionError(_("你在这个名单里已经有一个同名的视图。"), code="name", field="name") from None


@transaction.atomic
def delete_view(view: SavedView, *, actor: Any) -> None:
    """Delete a view, also for the colleagues who use it. Raises NotAllowed for somebody else's."""
    view = lock(view)
    require(permissions.can_change_view, actor, view)
    audit.record("view.deleted", view, actor=actor)
    view.delete()


def watch_view(view: SavedView, wanted: bool, *, actor: Any) -> None:
    """Put the number of rows of a view on 今日待办 of `actor`, or take it off. Safe to repeat."""
    if wanted:
        WatchedView.objects.get_or_create(view=view, officer=actor)
    else:
        WatchedView.objects.filter(view=view, officer=actor).delete()
    content.changed(content.WORK)


@transaction.atomic
def choose_columns(list_name: str, codes: Sequence[str], *, per_page: int, actor: Any) -> None:
    """Show the columns `codes` (empty: those of the list itself) of a list to `actor`, with `per_page` rows on a page."""
    ListSetting.objects.update_or_create(
        officer=actor, list_name=list_name, defaults={"columns": list(codes), "per_page": per_page}
    )
    content.changed(content.WORK)  # see `list_columns.shown_to`
