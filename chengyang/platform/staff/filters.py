"""Filters, pages and order of the lists of the staff site: filters offer visible rows only, names are sorted by pinyin."""

import datetime as dt
from copy import copy
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import EmptyResultSet, SuspiciousOperation
from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.platform.web import content, paging
from chengyang.platform.web.fields import NameKeyField
from chengyang.platform.web.fragments import per_version

DAY = dt.timedelta(days=1)


def visible_rows(model: type[Model], user: Any) -> QuerySet:
    """Return the rows of `model` that `user` may choose from: those of `visible_to`, or all rows of a code table without it."""
    rows = model._default_manager.all()
    return rows.visible_to(user) if hasattr(rows, "visible_to") else rows


class PeriodFilter(admin.SimpleListFilter):
    """A filter by the day of a column; subclasses, made by `period_filter`, name it."""

    column: str
    is_moment = True

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(code, label) for code, label, _days in periods(clock.today())]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        chosen = next((days for code, _label, days in periods(clock.today()) if code == self.value()), None)
        if chosen is None:
            return queryset
        first, end = chosen
        if self.is_moment:
            first, end = first and clock.at(first), end and clock.at(end)
        lookups = {f"{self.column}__gte": first, f"{self.column}__lt": end}
        return queryset.filter(**{name: day for name, day in lookups.items() if day is not None})


def period_filter(column: str, label: Any, *, parameter: str = "period", is_moment: bool = True) -> type[PeriodFilter]:
    """Return a filter by the day of `column`, a datetime or (with `is_moment` False) a date, which may be on another table."""
    names = {"title": label, "parameter_name": parameter, "column": column, "is_moment": is_moment}
    return type("PeriodFilter", (PeriodFilter,), names)


def periods(today: dt.date) -> list[tuple[str, Any, tuple[dt.date | None, dt.date | None]]]:
    """Return (code, label, half-open days) of the periods that officers ask for, the nearest first."""
    month = today.replace(day=1)
    next_month, last_month = (month + 32 * DAY).replace(day=1), (month - DAY).replace(day=1)
    year = today.replace(month=1, day=1)
    last_year = year.replace(year=year.year - 1)
    return [
        ("today", _("今天"), (today, today + DAY)),
        ("week", _("本周"), (today - today.weekday() * DAY, today + (7 - today.weekday()) * DAY)),
        ("month", _("本月"), (month, next_month)),
        ("last-month", _("上个月"), (last_month, month)),
        ("year", _("今年"), (year, year.replace(year=year.year + 1))),
        ("last-year", _("去年"), (last_year, year)),
        ("before", _("更早"), (None, last_year)),
    ]


class LatestFilter(admin.SimpleListFilter):
    """A filter on a foreign key with too many rows for one list: it offers the latest ones, and keeps any that a link names.

    A subclass defines `path` (the lookup from the list to the foreign key) and `rows(user)`, the latest first; the values are
    public ids.
    """

    path: str
    MOST = 40

    def rows(self, user: Any) -> QuerySet:
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = self.rows(request.user)
        named = rows.filter(public_id=request.GET.get(self.parameter_name, "").replace("\0", "")[:20])
        return [(row.public_id, self.describe(row)) for row in dict.fromkeys([*named[:1], *rows[: self.MOST]])]

    def describe(self, row: Any) -> str:
        return str(row)

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        chosen = self.value()
        if not chosen:
            return queryset
        rows = self.rows(request.user).filter(public_id=chosen.replace("\0", "")[:20])
        return queryset.filter(**{f"{self.path}__in": rows.values("pk")})


class ScopedRelatedFilter(admin.RelatedFieldListFilter):
    """A filter on a foreign key that offers the rows of `visible_to`."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        chosen = visible_rows(field.remote_field.model, request.user)
        return [(row.pk, str(row)) for row in chosen[:200]]


def beside(model_admin: Any, request: HttpRequest, row: Any, kept: str) -> tuple[Any, Any]:
    """Return the rows before and after `row` in the list from which the officer came; `kept` is its query string."""
    try:
        rows = listed_rows(model_admin, request, kept)
    except (ValueError, IncorrectLookupParameters, SuspiciousOperation):  # a filter that was typed
        return None, None
    return paging.beside(rows, [str(name) for name in rows.query.order_by], row.pk)


def listed_rows(model_admin: Any, request: HttpRequest, query: str) -> QuerySet:
    """Return the rows of a list, in their order, that the user of `request` sees with the query string `query`.

    Raises ValueError and IncorrectLookupParameters for a filter value that no row can have.
    """
    asked = copy(request)
    asked.GET = QueryDict(query, mutable=True)
    for name in (*CURSORS, MANY):
        asked.GET.pop(name, None)
    asked.only_rows = True  # type: ignore[attr-defined]
    return model_admin.get_changelist_instance(asked).queryset


CURSORS = ("after", "before")
MOST = 0.25  # share of a list
MANY, MANY_ROWS = "rows", 200  # `?rows=200` shows more rows on a page, to print them


class Listing(ChangeList):
    """A change list that reaches every row by keyset, and sorts a column of names by pinyin (requirements U01).

    `page` is the page with the cursors of its neighbours, `total_text` the number of rows in words, which is honest above
    the limit of counting, and `kept` the query string that leads back to this page.
    """

    def get_filters_params(self, params: dict | None = None) -> dict:
        return {
            name: value for name, value in super().get_filters_params(params).items() if name not in (*CURSORS, MANY)
        }

    def get_query_string(self, new_params: dict | None = None, remove: list | None = None) -> str:
        """Return the query string of a filter or of a sorted column: it begins at the first page."""
        return super().get_query_string(new_params, [*(remove or []), *CURSORS])

    def get_results(self, request: HttpRequest) -> None:
        if getattr(request, "only_rows", False):  # see `beside`: neither a page nor a total
            return
        self.paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
        if keep := self._keep():
            self.paginator.count_by(keep)
        self.has_many = request.GET.get(MANY) == str(MANY_ROWS)
        order = [str(name) for name in self.queryset.query.order_by]
        per_page = MANY_ROWS if self.has_many else self.list_per_page
        found = bool(self.query) and self._finds_few(order)
        self.page = paging.keyset(request, self.queryset, order, per_page, found=found, keep=keep)
        self.result_list = self.page.rows
        self.result_count = self.paginator.count
        self.total_text = self.paginator.total_text
        self.full_result_count, self.show_full_result_count = None, False
        self.show_admin_actions = self.can_show_all = False
        self.multi_page = self.page.has_other_pages()
        self.kept = request.GET.urlencode()
        for name in CURSORS:
            self.params.pop(name, None)

    def _keep(self) -> paging.Keep | None:
        """Return how number and keys of these rows are kept until a recorded action changes some, None where they are not."""
        if not self.model_admin.is_changed_by_actions:
            return None
        try:
            sql, values = self.queryset.query.sql_with_params()
        except EmptyResultSet:
            return None
        rows = ("staff.list", self.model._meta.label, sql, repr(values))
        return lambda name, compute: per_version((*rows, name), compute, names=content.COMMON, at_once=True)

    def _finds_few(self, order: list[str]) -> bool:
        """Return whether the search finds so little that one must not walk along the order of the list to meet its hits.

        The order of names puts namesakes together, so there only a search that finds most of the list is met soon.
        """
        if not self.paginator.is_capped:
            return True
        by_name = bool(order) and order[0].removeprefix("-").endswith("name_key")
        return by_name and paging.estimated(self.queryset) < MOST * paging.estimated(self.root_queryset)

    def get_ordering_field(self, field_name: str) -> Any:
        keys = (field for field in self.lookup_opts.fields if isinstance(field, NameKeyField))
        return next((key.name for key in keys if key.source == field_name), super().get_ordering_field(field_name))
