"""The staff site at /manage/: Django's admin with its own pages (to-do list, decision page, search)."""

from functools import update_wrapper
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST, require_safe

from chengyang.extensions import Section, go_live_items, search_sources, staff_pages, todo_kind
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.middleware import sign_in_url
from chengyang.platform.audit import readings
from chengyang.platform.web import undo
from chengyang.platform.web.paging import BoundedPaginator

from . import decisions, permissions, todo_queue
from .admin import ScopedAdmin
from .links import list_address
from .models import Assignment
from .templatetags.staff import named
from .todo_pages import TodoPages, keys_of, last_done

FOUND_EACH = 8  # hits of one kind that the search page shows
SEARCH_LENGTH = 60
SECTION_ITEMS = 25  # waiting items on the page of a section; the to-do list shows all


class _Autocomplete(AutocompleteJsonView):
    """The hits of a field that searches while one types; whose names it shows is recorded (requirements P10)."""

    def get_context_data(self, **options: Any) -> dict[str, Any]:
        context = super().get_context_data(**options)
        self.model_admin.record_reading("search.read", context["object_list"], self.request.user, None)
        return context

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        return rows.ranked(self.term) if hasattr(rows, "ranked") and self.term else rows

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        return {**super().serialize_result(obj, to_field_name), "text": str(named(obj))}


class StaffSite(TodoPages, AdminSite):
    """The admin site, for officers only: visitors are sent to the sign-in page, others get 404 (docs/decisions.md, "/manage/")."""

    site_title = site_header = gettext_lazy("工作台")
    enable_nav_sidebar = False
    final_catch_all_view = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Register subclasses of `ScopedAdmin` only: admins of packages would bypass `visible_to` and the actions."""
        if isinstance(admin_class, type) and issubclass(admin_class, ScopedAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and access_scope(request.user).officer

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Return `view` with sign-in for visitors, 404 for accounts that are no officers, no caching, and the CSRF check."""

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect(sign_in_url(request, reverse("accounts:login")))
            if not self.has_permission(request):
                raise Http404
            return view(request, *args, **kwargs)

        return update_wrapper(login_not_required(never_cache(csrf_protect(inner))), view)

    def get_urls(self) -> list:
        view = self.admin_view
        own = [
            path("", view(require_safe(self.index)), name="index"),
            path("search/", view(require_safe(self.search_view)), name="staff_search"),
            path("section/<slug:section>/", view(require_safe(self.section_view)), name="staff_section"),
            path("decide/<slug:code>/<slug:public_id>/", view(self.decide_view), name="staff_decide"),
            path("decide/<slug:code>/<slug:public_id>/assign/", view(self.assign_view), name="staff_assign"),
            path("undo/<int:pk>/", view(require_POST(self.undo_view)), name="staff_undo"),
            path("absence/", view(self.absence_view), name="staff_absence"),
            path("go-live/", view(require_safe(self.go_live_view)), name="staff_go_live"),
            path("autocomplete/", view(require_safe(self.autocomplete_view)), name="autocomplete"),
        ]
        lists = [
            path(f"{model._meta.app_label}/{model._meta.model_name}/", (model_admin.get_urls(), None, None))
            for model, model_admin in self._registry.items()
        ]
        return [*own, *lists, path("<path:url>", view(self.catch_all_view))]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return the context of every page of the staff site: the navigation with its counts."""
        if not self.has_permission(request):
            return {"site_title": self.site_title}
        found = keys_of(request)
        return {
            "site_title": self.site_title,
            "sections": self.navigation(request, todo_queue.counts(found)),
            "waiting": len(found),
            "is_nav_sidebar_enabled": False,
            "is_popup": False,
            "has_permission": True,
        }

    def navigation(self, request: HttpRequest, counts: dict[str, int]) -> list[dict[str, Any]]:
        """Return the sections of this officer: label, URL, number of waiting items, and lists."""
        sections = []
        for section in Section:
            lists = self.lists(request, section)
            if lists or counts.get(section):
                url = reverse("admin:staff_section", args=[section])
                is_current = request.path == url or any(request.path.startswith(item["url"]) for item in lists)
                is_current = is_current or section == _section_of_decision(request)
                sections.append(
                    {
                        "code": section.value,
                        "label": section.label,
                        "url": url,
                        "waiting": counts.get(section, 0),
                        "lists": lists,
                        "current": is_current,
                    }
                )
        return sections

    def lists(self, request: HttpRequest, section: str) -> list[dict[str, Any]]:
        """Return the lists of `section` that this officer has."""
        found = []
        for model, model_admin in sorted(self._registry.items(), key=lambda item: getattr(item[1], "order", 100)):
            if getattr(model_admin, "section", None) == section and model_admin.has_view_permission(request):
                meta = model._meta
                url = list_address(meta.app_label, meta.model_name)
                found.append({"label": meta.verbose_name_plural, "url": url, "current": request.path.startswith(url)})
        for page in staff_pages(section):
            if page.can(request.user):
                url = reverse(page.url_name)
                found.insert(0, {"label": page.label, "url": url, "current": request.path == url})
        if section == Section.CONTENT and permissions.can_check_go_live(request.user):
            url = reverse("admin:staff_go_live")
            found.append({"label": _("上线前检查"), "url": url, "current": request.path == url})
        return found

    # ---- pages -------------------------------------------------------------------------------------------------------
    def section_view(self, request: HttpRequest, section: str) -> HttpResponse:
        """Show one section: its waiting items and its lists. Answers 404 for a section that the officer does not have."""
        found = next((item for item in self.each_context(request)["sections"] if item["code"] == section), None)
        if found is None:
            raise Http404
        lines = todo_queue.items([key for key in keys_of(request) if key.kind.section == section][:SECTION_ITEMS])
        return self.page(request, "staff/section.html", {"title": found["label"], "section": found, "items": lines})

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """Answer what an autocomplete field found; persons of one name have different labels."""
        return _Autocomplete.as_view(admin_site=self)(request)

    def go_live_view(self, request: HttpRequest) -> HttpResponse:
        """Show what must be filled in before the portal is opened, what is missing first. Answers 404 for anybody but the district."""
        if not permissions.can_check_go_live(request.user):
            raise Http404
        found = go_live_items()
        missing = [item for item in found if item.missing]
        context = {"title": _("上线前检查"), "missing": missing, "done": [item for item in found if not item.missing]}
        return self.page(request, "staff/go_live.html", context)

    def search_view(self, request: HttpRequest) -> HttpResponse:
        """Show what the search found, grouped by kind of record."""
        text = request.GET.get("q", "").strip()[:SEARCH_LENGTH]
        groups = []
        for source in search_sources() if text else ():
            found = source.find(request.user, text)
            rows = list(found[: FOUND_EACH + 1])
            if rows:
                if source.concerns:
                    people = [source.concerns(row) for row in rows[:FOUND_EACH]]
                    readings.record("search.read", people, actor=request.user)
                hits = [(source.url(row), *source.describe(row)) for row in rows[:FOUND_EACH]]
                groups.append((source.label, hits, _all_of(source, found, text) if len(rows) > FOUND_EACH else None))
        return self.page(request, "staff/search.html", {"title": _("搜索"), "text": text, "groups": groups})

    def decide_view(self, request: HttpRequest, code: str, public_id: str) -> HttpResponse:
        """Show the decision page of an item; a POST decides and redirects to the next waiting item.

        Answers 404 for an item out of scope, 409 for a decision that was refused or made on an outdated page, 403 where
        the officer has no decision to make.
        """
        kind = todo_kind(code)
        row = kind and kind.viewable_by(request.user).filter(public_id=public_id).first()
        if not row:
            raise Http404
        if request.method == "GET":
            kind.record_opening(row, actor=request.user)
        only = code if request.GET.get("kind") == code else ""
        found = [key for key in keys_of(request) if not only or key.kind.code == only]
        place = todo_queue.place_of(found, code, public_id)
        status = 200
        if request.method == "POST":
            made = decisions.carry_out(kind, row, request.POST, actor=request.user)
            if made.done:
                return _decided(request, kind, row, made.form.chosen, _neighbour(found, place, +1, only))
            status = 409 if made.moved or made.page.options else 403
        else:
            page = decisions.DecisionPage(kind, row, request.user)
            made = decisions.Attempt(page, page.form())
        row = made.page.row
        asking = made.form.rows_with_fields(made.page.detail_rows) if made.page.options else []
        beside = {id(detail) for detail, _fields in asking}
        context = {
            "title": f"{kind.label}：{kind.title(row)}",
            "heading": kind.title(row),
            "tags": kind.tags(row),
            "kind": kind,
            "row": row,
            "form": made.form,
            "page": made.page,
            "options": made.page.options,
            "detail_rows": [detail for detail in made.page.detail_rows if id(detail) not in beside],
            "asking": asking,
            "history": made.page.history,
            "moved": made.moved,
            "elsewhere": _elsewhere(request, kind, row) if made.moved else None,
            "only": only,
            "place": place,
            "total": len(found),
            "due_on": kind.due_on(row) if place is not None else None,
            "assignment": Assignment.objects.of(kind, row).select_related("officer", "given_by").first(),
            "before": _neighbour(found, place, -1, only),
            "after": _neighbour(found, place, +1, only),
        }
        return self.page(request, "staff/decide.html", context, status=status)

    def page(self, request: HttpRequest, template: str, context: dict, status: int = 200) -> TemplateResponse:
        """Return the page `template` with the navigation and `context`; every page of the staff site that is not Django's own."""
        request.current_app = self.name
        return TemplateResponse(request, template, {**self.each_context(request), **context}, status=status)


def _all_of(source: Any, found: Any, text: str) -> dict[str, str]:
    """Return the number of all rows that `source` found, in words, and the address of the list of them."""
    url = reverse(f"admin:{source.list_name}_changelist")
    return {"total": BoundedPaginator(found, FOUND_EACH).total_text, "url": f"{url}?{urlencode({'q': text})}"}


def _section_of_decision(request: HttpRequest) -> str:
    """Return the section of the decision page that is open, "" on another page."""
    kind = todo_kind((request.resolver_match.kwargs if request.resolver_match else {}).get("code", ""))
    return kind.section if kind else ""


def _neighbour(found: list[todo_queue.Key], place: int | None, step: int, only: str) -> todo_queue.Item | None:
    """Return the item before (`step` -1) or after (+1) `place`, or None. The first item follows one that no longer waits."""
    wanted = (0 if step > 0 else None) if place is None else place + step
    if wanted is None or not 0 <= wanted < len(found):
        return None
    lines = todo_queue.items([found[wanted]], only=only)
    return lines[0] if lines else None


def _elsewhere(request: HttpRequest, kind: Any, row: Any) -> todo_queue.Item | None:
    """Return the item of another kind that the same row is now for this officer, such as its second review."""
    kinds = (
        key for key in keys_of(request) if key.kind.model is kind.model and key.pk == row.pk and key.kind is not kind
    )
    return next(iter(todo_queue.items(list(kinds)[:1])), None)


def _decided(request: HttpRequest, kind: Any, row: Any, choice: Any, after: todo_queue.Item | None) -> HttpResponse:
    text = choice.done or _("%(what)s：%(who)s") % {"what": choice.label, "who": kind.title(row)}
    if made := last_done(request.user):
        undo.offer(request, text, reverse("admin:staff_undo", args=[made.settled.pk]))
    else:
        messages.success(request, text)
    return HttpResponseRedirect(after.url if after else reverse("admin:index"))
