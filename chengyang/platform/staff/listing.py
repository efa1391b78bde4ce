"""The lists of the staff site: their rows, pages and order; names are sorted by pinyin (requirements U01)."""

from copy import copy
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import EmptyResultSet, SuspiciousOperation
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from chengyang.platform.web import content, paging
from chengyang.platform.web.fields import NameKeyField
from chengyang.platform.web.fragments import per_version

from . import list_columns
from .links import CHOSEN, CURSORS, MANY, MANY_ROWS, OWN
from .models import BulkRun

MOST = 0.25  # share of a list


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


class Listing(ChangeList):
    """A change list that reaches every row by keyset, and sorts a column of names by pinyin (requirements U01).

    `page` is the page with the cursors of its neighbours, `total_text` the number of rows in words, which is honest above
    the limit of counting, and `kept` the query string that leads back to this page. `shown` says which columns the officer
    sees; `list_display` has all that there are, so that the number of a column in the address means the same for everybody.
    """

    def get_filters_params(self, params: dict | None = None) -> dict:
        return {name: value for name, value in super().get_filters_params(params).items() if name not in OWN}

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet:
        """Return the rows, only those that the officer chose where the address says `?chosen=`. Raises ValueError for an unknown one."""
        self.request, self.chosen = request, None
        if not getattr(request, "only_rows", False):
            self.shown = list_columns.shown_to(request, self.model_admin)
        rows = super().get_queryset(request, exclude_parameters)
        if number := request.GET.get(CHOSEN, ""):
            runs = BulkRun.objects.visible_to(request.user).filter(list_name=self.model._meta.label)
            self.chosen = runs.filter(public_id=number.replace("\0", "")[:20]).first()
            if self.chosen is None:
                raise ValueError(number)
            rows = rows.filter(pk__in=self.chosen.rows.values("object_id"))
        return rows

    def apply_select_related(self, queryset: QuerySet) -> QuerySet:
        """Return the rows with what the chosen columns follow, too."""
        rows = super().apply_select_related(queryset)
        if getattr(self.request, "only_rows", False):
            return rows
        related = list_columns.related_of(self.model_admin, self.shown.codes)
        return rows.select_related(*related) if related else rows

    @cached_property
    def columns(self) -> list[tuple[int, Any]]:
        """The shown columns: (position among all, entry of `list_display`)."""
        codes = set(self.shown.codes)
        return [(at, entry) for at, entry in enumerate(self.list_display) if list_columns.code_of(entry) in codes]

    def get_query_string(self, new_params: dict | None = None, remove: list | None = None) -> str:
        """Return the query string of a filter or of a sorted column: it begins at the first page."""
        return super().get_query_string(new_params, [*(remove or []), *CURSORS])

    def get_results(self, request: HttpRequest) -> None:
        if getattr(request, "only_rows", False):  # see `beside`: neither a page nor a total
            return
        self.paginator = self.model_admin.get_paginator(request, self.queryset, self.shown.per_page)
        if keep := self._keep():
            self.paginator.count_by(keep)
        self.has_many = request.GET.get(MANY) == str(MANY_ROWS)
        order = [str(name) for name in self.queryset.query.order_by]
        per_page = MANY_ROWS if self.has_many else self.shown.per_page
        found = bool(self.query) and self._finds_few(order)
        self.page = paging.keyset(request, self.queryset, order, per_page, found=found, keep=keep)
        self.result_list = self.page.rows
        self.result_count = self.paginator.count
        self.total_text = self._total_text()
        self.full_result_count, self.show_full_result_count = None, False
        self.show_admin_actions = self.can_show_all = False
        self.multi_page = self.page.has_other_pages()
        self.kept = request.GET.urlencode()
        for name in CURSORS:
            self.params.pop(name, None)

    def _total_text(self) -> str:
        """Return the number of rows in words; above the limit of counting what PostgreSQL expects, rounded down."""
        if not self.paginator.is_capped:
            return _("%(n)s 条") % {"n": self.paginator.total_text}
        keep = self._keep()
        expected = keep("expected", self._expected) if keep else self._expected()
        return paging.many_text(0 if self.query else expected)

    def _expected(self) -> int:
        return paging.estimated(self.queryset)

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
