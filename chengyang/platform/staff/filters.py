"""The filters of the lists of the staff site: they offer visible rows only."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import todo_kinds
from chengyang.platform.web.fragments import own_per_version

from .models import Assignment

DAY = dt.timedelta(days=1)
MOST_OFFERED = 200  # rows of another table in one filter
WAITING = {"me": _("等我办"), "taken": _("我接办的"), "late": _("已逾期"), "soon": _("三天内到期")}


def visible_rows(model: type[Model], user: Any) -> QuerySet:
    """Return the rows of `model` that `user` may choose from: those of `visible_to`, or all rows of a code table without it."""
    rows = model._default_manager.all()
    return rows.visible_to(user) if hasattr(rows, "visible_to") else rows


def offered(model: type[Model], user: Any) -> list[tuple[Any, str]]:
    """Return key and name of the rows of `visible_rows`, at most MOST_OFFERED, read once until a recorded action changes a row."""

    def read() -> list[tuple[Any, str]]:
        return [(row.pk, str(row)) for row in visible_rows(model, user)[:MOST_OFFERED]]

    return own_per_version(user, ("staff.offered", model._meta.label), read)


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


class YearFilter(admin.SimpleListFilter):
    """A filter by a column that holds a year; subclasses, made by `year_filter`, name it."""

    column: str

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        years = model_admin.model._default_manager.order_by().values_list(self.column, flat=True).distinct()
        return [(str(year), _("%(year)d 年") % {"year": year}) for year in sorted(filter(None, years), reverse=True)]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value() or ""
        return queryset.filter(**{self.column: int(value)}) if value.isdecimal() and len(value) == 4 else queryset


def year_filter(column: str, label: Any) -> type[YearFilter]:
    """Return a filter by the year in `column`, which may be on another table."""
    return type("YearFilter", (YearFilter,), {"title": label, "parameter_name": "year", "column": column})


class WaitingFilter(admin.SimpleListFilter):
    """What waits in a list: for the officer, with them, and what is late. Every list whose rows wait in 今日待办 has it."""

    title, parameter_name = _("待办"), "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(WAITING.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() not in WAITING:
            return queryset
        kinds, today = kinds_of(queryset.model), clock.today()
        waiting = Q(pk__in=[])
        for kind in kinds:
            rows = kind.waiting(request.user)
            if self.value() == "taken":
                taken = Assignment.objects.visible_to(request.user).filter(kind=kind.code)
                rows = rows.filter(public_id__in=taken.values("public_id"))
            elif self.value() == "late":
                rows = rows.filter(due_on__lt=today)
            elif self.value() == "soon":
                rows = rows.filter(due_on__gte=today, due_on__lt=today + 3 * DAY)
            waiting |= Q(pk__in=rows.order_by().values("pk"))
        return queryset.filter(waiting)


def kinds_of(model: type[Model]) -> list[Any]:
    """Return the kinds of 今日待办 whose items are rows of `model`."""
    return [kind for kind in todo_kinds() if kind.model is model]


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
        return offered(field.remote_field.model, request.user)
