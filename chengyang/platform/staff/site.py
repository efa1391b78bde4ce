"""The staff site at /manage/: Django's admin with its own pages (to-do list, decision page, search)."""

import datetime as dt
from functools import update_wrapper
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_safe

from chengyang import clock
from chengyang.errors import ActionError
from chengyang.extensions import Section, go_live_items, search_sources, todo_kind, upcoming_dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.web.paging import numbered

from . import permissions, todo_queue
from .admin import ScopedAdmin
from .forms import DecisionForm

GROUP_LABELS = {
    "late": gettext_lazy("已超期"),
    "today": gettext_lazy("今天到期"),
    "soon": gettext_lazy("两天内"),
    "later": gettext_lazy("以后"),
}
DAYS_AHEAD = dt.timedelta(days=60)  # period of 快到的日子
FOUND_EACH = 8  # hits of one kind that the search page shows
SEARCH_LENGTH = 60


class StaffSite(AdminSite):
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
                return redirect_to_login(request.get_full_path(), reverse("accounts:login"))
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
        found = _keys(request)
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
                url = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
                found.append({"label": meta.verbose_name_plural, "url": url, "current": request.path.startswith(url)})
        if section == Section.CONTENT and permissions.can_check_go_live(request.user):
            url = reverse("admin:staff_go_live")
            found.append({"label": _("上线前检查"), "url": url, "current": request.path == url})
        return found

    # ---- pages -------------------------------------------------------------------------------------------------------
    def index(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Show 今日待办: the items that wait for this officer, the nearest due date first."""
        found = _keys(request)
        kinds = sorted({(key.kind.code, key.kind.label) for key in found}, key=lambda pair: str(pair[1]))
        kind = next((code for code, _label in kinds if code == request.GET.get("kind")), "")
        chosen = [key for key in found if not kind or key.kind.code == kind]
        page = numbered(request, chosen)
        lines = todo_queue.items(list(page.object_list), only=kind)
        today = clock.today()
        sizes = todo_queue.sizes(chosen, today)
        groups = [
            (GROUP_LABELS[name], sizes[name], list(group))
            for name, group in groupby(lines, key=lambda item: item.group)
        ]
        context = {
            "title": _("今日待办"),
            "groups": groups,
            "page": page,
            "kinds": kinds,
            "kind": kind,
            "first": lines[:1],
            "sums": _sums(found, today),
            "today": today,
            "days": upcoming_dates(request.user, today, today + DAYS_AHEAD)[:8],
        }
        return self._page(request, "staff/todo.html", context)

    def section_view(self, request: HttpRequest, section: str) -> HttpResponse:
        """Show one section: its waiting items and its lists. Answers 404 for a section that the officer does not have."""
        found = next((item for item in self.each_context(request)["sections"] if item["code"] == section), None)
        if found is None:
            raise Http404
        lines = todo_queue.items([key for key in _keys(request) if key.kind.section == section][:25])
        return self._page(request, "staff/section.html", {"title": found["label"], "section": found, "items": lines})

    def go_live_view(self, request: HttpRequest) -> HttpResponse:
        """Show what must be filled in before the portal is opened, what is missing first. Answers 404 for anybody but the district."""
        if not permissions.can_check_go_live(request.user):
            raise Http404
        found = go_live_items()
        missing = [item for item in found if item.missing]
        context = {"title": _("上线前检查"), "missing": missing, "done": [item for item in found if not item.missing]}
        return self._page(request, "staff/go_live.html", context)

    def search_view(self, request: HttpRequest) -> HttpResponse:
        """Show what the search found, grouped by kind of record."""
        text = request.GET.get("q", "").strip()[:SEARCH_LENGTH]
        groups = []
        for source in search_sources() if text else ():
            rows = list(source.find(request.user, text)[: FOUND_EACH + 1])
            if rows:
                hits = [(source.url(row), *source.describe(row)) for row in rows[:FOUND_EACH]]
                groups.append((source.label, hits, len(rows) > FOUND_EACH))
        return self._page(request, "staff/search.html", {"title": _("搜索"), "text": text, "groups": groups})

    def decide_view(self, request: HttpRequest, code: str, public_id: str) -> HttpResponse:
        """Show the decision page of an item; a POST decides and redirects to the next waiting item.

        Answers 404 for an item out of scope, 409 for a decision that was refused, 403 where the officer has no decision to
        make.
        """
        kind = todo_kind(code)
        row = kind and kind.viewable_by(request.user).filter(public_id=public_id).first()
        if not row:
            raise Http404
        if request.method == "GET":
            kind.record_opening(row, actor=request.user)
        only = code if request.GET.get("kind") == code else ""
        found = [key for key in _keys(request) if not only or key.kind.code == only]
        place = todo_queue.place_of(found, code, public_id)
        options = kind.options(row, request.user)
        form = DecisionForm(request.POST or None, options=options, words=kind.reason_words)
        if request.method == "POST" and form.is_valid():
            try:
                kind.decide(row, form.chosen.code, form.cleaned_data["reason"], actor=request.user)
            except ActionError as error:
                form.refuse(error)
            else:
                return _decided(request, kind, row, form.chosen, _neighbour(found, place, +1, only))
        status = 200 if request.method != "POST" else 409 if options else 403
        context = {
            "title": f"{kind.label}：{kind.title(row)}",
            "heading": kind.title(row),
            "tags": kind.tags(row),
            "kind": kind,
            "row": row,
            "form": form,
            "options": options,
            "detail_rows": kind.detail_rows(row, request.user),
            "history": kind.history(row),
            "only": only,
            "place": place,
            "total": len(found),
            "due_on": kind.due_on(row) if place is not None else None,
            "before": _neighbour(found, place, -1, only),
            "after": _neighbour(found, place, +1, only),
        }
        return self._page(request, "staff/decide.html", context, status=status)

    def _page(self, request: HttpRequest, template: str, context: dict, status: int = 200) -> HttpResponse:
        request.current_app = self.name
        return TemplateResponse(request, template, {**self.each_context(request), **context}, status=status)


def _keys(request: HttpRequest) -> list[todo_queue.Key]:
    """Return the waiting items of the officer of this request; queried once per request."""
    if not hasattr(request, "_todo_keys"):
        request._todo_keys = todo_queue.keys(request.user)
    return request._todo_keys


def _sums(found: list[todo_queue.Key], today: Any) -> dict[str, int]:
    late = sum(key.due_on < today for key in found)
    return {"all": len(found), "late": late, "today": sum(key.due_on == today for key in found)}


def _neighbour(found: list[todo_queue.Key], place: int | None, step: int, only: str) -> todo_queue.Item | None:
    """Return the item before (`step` -1) or after (+1) `place`, or None. The first item follows one that no longer waits."""
    wanted = (0 if step > 0 else None) if place is None else place + step
    if wanted is None or not 0 <= wanted < len(found):
        return None
    lines = todo_queue.items([found[wanted]], only=only)
    return lines[0] if lines else None


def _decided(request: HttpRequest, kind: Any, row: Any, choice: Any, after: todo_queue.Item | None) -> HttpResponse:
    messages.success(request, choice.done or _("%(what)s：%(who)s") % {"what": choice.label, "who": kind.title(row)})
    return HttpResponseRedirect(after.url if after else reverse("admin:index"))
