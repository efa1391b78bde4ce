"""What Django calls to make a list of the staff site: its rows, filters, search and columns."""

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from . import bulk_actions, list_columns
from .filters import ScopedRelatedFilter, WaitingFilter, kinds_of
from .links import kept_query
from .listing import Listing

LOOKUPS = ("", "__exact", "__id__exact", "__isnull", "__gte", "__lt")  # that Django's own list filters produce


class ListHooks:
    """The mixin of all admins of the staff site with what their lists share."""

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Return all columns that the list can show; which of them the officer sees says `Listing.columns`."""
        return list_columns.entries_of(self)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search through the QuerySet's own `search` where it has one (names by pinyin, texts by two-character shingles)."""
        term = search_term.strip()[:60]
        if term and hasattr(queryset, "search"):
            return queryset.search(term), False
        return super().get_search_results(request, queryset, term)

    def get_search_fields(self, request: HttpRequest) -> Sequence[str]:
        searchable = hasattr(self.model._default_manager.all(), "search")
        return self.search_fields or (("pk",) if searchable else ())

    def get_list_filter(self, request: HttpRequest) -> Sequence[Any]:
        """Return the filters; those on a foreign key offer only rows that the officer may see."""
        found = [self._scoped(item) for item in self.list_filter]
        return [*found, WaitingFilter] if kinds_of(self.model) else found

    def _scoped(self, item: Any) -> Any:
        if isinstance(item, str) and self.model._meta.get_field(item).is_relation:
            return item, ScopedRelatedFilter
        return item

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[Listing]:
        return Listing

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        self._or_404(request)
        if ERROR_FLAG in request.GET:  # Django redirects here after a filter value that it cannot read
            return HttpResponseRedirect(request.path)
        try:
            response = super().changelist_view(request, {**self.list_context(request), **(extra_context or {})})
            self._record_list(request, response)
            return response
        except (ValueError, IncorrectLookupParameters):  # a filter value that no row can have
            return HttpResponseRedirect(request.path)

    def list_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what the page of a list shows beside its rows."""
        return {
            "list_admin": self,
            "columns_form": self.columns_form(request),
            "choices": self.bulk_choices(request),
            "links": self._links(request),
            "most": bulk_actions.MOST,
        }

    def _links(self, request: HttpRequest) -> list[tuple[str, Any, str]]:
        """Return (code, label, URL) of the links beside the list, for the rows that it shows."""
        label, query = self.model._meta.label, kept_query(request.GET.urlencode())
        return [(link.code, link.label, link.url(label, query)) for link in self.links_for(request.user)]

    def _record_list(self, request: HttpRequest, response: Any) -> None:
        changelist = getattr(response, "context_data", {}).get("cl")  # None for a redirect
        if changelist is not None:
            self.record_reading("list.read", changelist.result_list, request.user, self.model)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Return whether the filters of this list produce `lookup`; any other would reveal columns that are not shown."""
        return any(lookup in _lookups_of(item) for item in self.get_list_filter(request))


def _lookups_of(item: Any) -> set[str]:
    """Return the query parameters of one entry of `list_filter`: a column, (column, filter), or a `SimpleListFilter`."""
    if isinstance(item, type):
        return {item.parameter_name}  # type: ignore[attr-defined]
    column = item[0] if isinstance(item, tuple) else item
    return {f"{column}{how}" for how in LOOKUPS}
