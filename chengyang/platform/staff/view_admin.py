"""Saved views and chosen columns of every list of the staff site."""

from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import label_for_field
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chengyang.errors import ActionError
from chengyang.platform.web.forms import posted

from . import list_columns, permissions, view_actions
from .export_admin import conditions_of
from .forms import ColumnsForm, ViewForm
from .links import kept_query, list_address
from .list_exports import query_of
from .models import SavedView


class KeepsViews:
    """The mixin of all admins of the staff site whose list has columns to choose and saved views."""

    def view_urls(self, name: str) -> list:
        view = self.admin_site.admin_view
        return [
            path("columns/", view(require_POST(self.columns_view)), name=f"{name}_columns"),
            path("views/", view(require_http_methods(["GET", "HEAD", "POST"])(self.new_view)), name=f"{name}_view_new"),
            path(
                "views/<slug:public_id>/",
                view(require_http_methods(["GET", "HEAD", "POST"])(self.saved_view)),
                name=f"{name}_view",
            ),
        ]

    def _back(self, query: str) -> str:
        here = list_address(self.opts.app_label, self.opts.model_name)
        return f"{here}?{query}" if query else here

    # ---- columns ----------------------------------------------------------------------------------------------------
    def columns_form(self, request: HttpRequest, data: Any = None) -> ColumnsForm:
        """Return the form with every column that this list can show; the first one stands always."""
        entries = list_columns.entries_of(self)
        choices = [
            (list_columns.code_of(entry), label_for_field(entry, self.model, self))
            for entry in entries[1:]
            if entry != "__str__"
        ]
        shown = list_columns.shown_to(request, self)
        return ColumnsForm(data, choices=choices, initial={"columns": shown.codes[1:], "per_page": shown.per_page})

    def columns_view(self, request: HttpRequest) -> HttpResponse:
        """Store which columns the officer sees: in their own view if one is open, else for the list; `reset` drops the choice."""
        self._or_404(request)
        back = self._back(kept_query(request.GET.urlencode()))
        form = self.columns_form(request, request.POST)
        if not form.is_valid():
            messages.error(request, _("这些列这个名单里没有，请重新选。"))
            return HttpResponseRedirect(back)
        shown, label = list_columns.shown_to(request, self), self.model._meta.label
        first = list_columns.code_of(list_columns.entries_of(self)[0])
        codes = [] if "reset" in request.POST else [first, *form.cleaned_data["columns"]]
        view_actions.choose_columns(
            label,
            shown.own_columns if shown.view else codes,
            per_page=form.cleaned_data["per_page"],
            actor=request.user,
        )
        if (view := shown.view) and permissions.can_change_view(request.user, view):
            view_actions.change_view(view, name=view.name, is_shared=view.is_shared, columns=codes, actor=request.user)
        return HttpResponseRedirect(back)

    # ---- views ------------------------------------------------------------------------------------------------------
    def new_view(self, request: HttpRequest) -> HttpResponse:
        """Save the filters, the order and the columns of the list as a view."""
        self._or_404(request)
        query = query_of(request.GET.urlencode())
        form = ViewForm(posted(request), can_share=permissions.can_share_views(request.user))
        if form.is_bound and form.is_valid():
            try:
                view = view_actions.save_view(
                    self.model._meta.label,
                    form.cleaned_data["name"],
                    query=query,
                    columns=list_columns.shown_to(request, self).codes,
                    is_shared=form.cleaned_data.get("is_shared", False),
                    is_watched=form.cleaned_data["is_watched"],
                    actor=request.user,
                )
            except ActionError as error:
                form.refuse(error)
            else:
                messages.success(request, _("已存成视图“%(name)s”。") % {"name": view.name})
                return HttpResponseRedirect(view.get_absolute_url())
        return self._view_page(request, query, form, None)

    def saved_view(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Show a saved view: its owner renames, shares, updates or deletes it; colleagues put it on their 今日待办."""
        self._or_404(request)
        views = SavedView.objects.visible_to(request.user).filter(list_name=self.model._meta.label)
        view = get_object_or_404(views, public_id=public_id)
        is_own = permissions.can_change_view(request.user, view)
        watched = view.watched.filter(officer=request.user).exists()
        form = ViewForm(
            posted(request),
            can_share=permissions.can_share_views(request.user) and is_own,
            initial={"name": view.name, "is_shared": view.is_shared, "is_watched": watched},
        )
        if not is_own:
            del form.fields["name"]
        if request.method == "POST" and "delete" in request.POST:
            view_actions.delete_view(view, actor=request.user)
            messages.success(request, _("已删除视图“%(name)s”。") % {"name": view.name})
            return HttpResponseRedirect(self._back(""))
        if form.is_bound and form.is_valid():
            try:
                return self._changed(request, view, form, is_own=is_own)
            except ActionError as error:
                form.refuse(error)
        return self._view_page(request, view.query, form, view)

    def _changed(self, request: HttpRequest, view: SavedView, form: ViewForm, *, is_own: bool) -> HttpResponse:
        data = form.cleaned_data
        if is_own:
            updated = query_of(request.GET.urlencode()) if "update" in request.POST else None
            view = view_actions.change_view(
                view, name=data["name"], is_shared=data.get("is_shared", False), query=updated, actor=request.user
            )
        view_actions.watch_view(view, data["is_watched"], actor=request.user)
        messages.success(request, _("已保存视图“%(name)s”。") % {"name": view.name})
        return HttpResponseRedirect(view.get_absolute_url())

    def _view_page(self, request: HttpRequest, query: str, form: ViewForm, view: SavedView | None) -> HttpResponse:
        kept = view_actions.query_for_view(self.model._meta.label, query)
        changed = view_actions.query_for_view(self.model._meta.label, request.GET.urlencode())
        has_update = view is not None and bool(request.GET) and changed != view.query
        try:
            conditions = conditions_of(self, request, kept)
        except Http404:  # a filter that means nothing any more
            conditions = _("条件已经失效，请重新选")
        context = {
            "opts": self.opts,
            "title": view.name if view else _("存成视图"),
            "form": form,
            "view": view,
            "is_own": view is None or permissions.can_change_view(request.user, view),
            "conditions": conditions,
            "new_conditions": conditions_of(self, request, changed) if has_update else "",
            "has_update": has_update,
            "drops_search": bool(self.people_of) and "q" in request.GET,
            "list_url": view.get_absolute_url() if view else self._back(kept_query(request.GET.urlencode())),
        }
        return self.admin_site.page(request, "staff/view.html", context, form.status)
