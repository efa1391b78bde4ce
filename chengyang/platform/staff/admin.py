"""The base class of every admin of the staff site; it writes through actions only (architecture.md, "The one way a thing happens")."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengyang.errors import ActionError, NotAllowed, required_reason
from chengyang.extensions import DetailRow, Section
from chengyang.platform.accounts.access import AccessScope, access_scope
from chengyang.platform.audit import readings
from chengyang.platform.web import form_fields
from chengyang.platform.web.forms import ModelForm
from chengyang.platform.web.paging import PER_PAGE, BoundedPaginator

from .bulk_admin import ChangesMany
from .buttons import Button, require_unmoved, version_of
from .choices import limited, refusal_at_choice
from .detail_rows import field_row
from .export_admin import ExportsRows
from .filters import visible_rows
from .forms import ReasonForm
from .links import FROM, KEPT, kept_query, origin_url, page_url
from .list_hooks import ListHooks
from .record_hooks import RecordHooks
from .records import RecordPage
from .view_admin import KeepsViews


class ScopedAdmin(ListHooks, RecordHooks, ExportsRows, ChangesMany, KeepsViews, admin.ModelAdmin):
    """An admin whose rows come from `visible_to` and whose writes are actions; foreign keys offer visible rows only.

    An app's admin defines `section` (its place in the navigation), `detail_rows(obj, user)` (the page of a row), `buttons`,
    and, where rows are entered in a form, `create(form, *, actor)` or `edit(obj, form, *, actor)`. These call an action and
    return its row.
    """

    section: Section
    order = 100  # position among the lists of its section
    buttons: Sequence[Button] = ()
    create: Callable[..., Any] | None = None
    edit: Callable[..., Any] | None = None
    may_create: Callable[[Any], bool] = staticmethod(lambda user: access_scope(user).staff)
    may_edit: Callable[[Any, Any], bool] = staticmethod(lambda user, obj: access_scope(user).staff)
    managed_subject: str = ""  # "organization", "base" or "team": its managers may use this list as well as staff
    managed_prefix: str | None = (
        None  # lookup from a row to that subject, "" for the subject's own list; None: all visible
    )
    # row → the account or person whose data it is: readers of lists and pages are recorded for them (requirements P10).
    concerns: Callable[[Any], Any] | None = None
    # Whose people officers may write to: "people", or "signups" where the rows are their sign-ups; "" for no one.
    messages_to = ""
    # Whether every change of the rows is an action whose verb moves a version (slot `content`): then the number of rows and the
    # keys of a page are read once until the next change. For lists of people, which are long.
    is_changed_by_actions = False
    free_choices: Sequence[str] = ()  # foreign keys of the form where any visible row may be chosen, not only own ones
    template: str = ""  # a partial shown below the detail rows; gets `original`
    form = ModelForm
    actions = None
    list_per_page = PER_PAGE
    list_max_show_all = PER_PAGE
    show_full_result_count = False
    paginator = BoundedPaginator
    view_on_site = False
    save_as = False
    search_fields: Sequence[str] = ()
    change_list_template = "staff/list.html"
    change_form_template = "staff/row.html"
    add_form_template = "staff/form.html"
    formfield_overrides = {
        # Both class and widget: Django merges these into its own overrides, whose date-time widget has two inputs.
        models.DateField: {"form_class": form_fields.DateField, "widget": form_fields.DateField.widget},
        models.DateTimeField: {"form_class": form_fields.DateTimeField, "widget": form_fields.DateTimeField.widget},
        models.TextField: {"widget": forms.Textarea(attrs={"rows": 4})},
    }

    # ---- access ------------------------------------------------------------------------------------------------------
    def is_for(self, scope: AccessScope) -> bool:
        """Return whether an officer with this access scope may use the list at all; if not, its pages answer 404."""
        return scope.staff or bool(self.managed_subject and scope.managed(self.managed_subject))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.is_for(access_scope(request.user))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_for(access_scope(request.user))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.create is not None and self.has_view_permission(request) and self.may_create(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if self.edit is None or not self.has_view_permission(request):
            return False
        return obj is None or self.may_edit(request.user, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # rows are deleted by actions only

    # ---- rows --------------------------------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        rows = visible_rows(self.model, request.user)
        rows = self._managed_rows(rows, access_scope(request.user))
        return rows.order_by(*self.get_ordering(request)) if self.get_ordering(request) else rows

    def _managed_rows(self, rows: Any, scope: AccessScope) -> Any:
        """Return `rows` without those that are visible only because they are public.

        An organization, base or team that an officer does not manage has its public page; on the staff site it would only
        be in the way.
        """
        if self.managed_prefix is None or scope.district:
            return rows
        subject = self.model
        if self.managed_prefix:
            subject = self.model._meta.get_field(self.managed_subject).related_model
        return rows.filter(subject._default_manager.all().managed_q(scope, prefix=self.managed_prefix))

    def message_rows(self, rows: Any) -> Any:
        """Return those of `rows` whose people may get a message: by default all of them (see `messages_to`)."""
        return rows

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        if not str(object_id).isdecimal() or len(str(object_id)) > 18:
            return None
        return super().get_object(request, object_id, from_field)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404(_("没有这一项，或者不归你管。"))

    def record_reading(self, verb: str, rows: Any, user: Any, subject: Any) -> None:
        """Record that `user` read `rows`, where they are about people (see `concerns`)."""
        if self.concerns is not None:
            readings.record(verb, [self.concerns(row) for row in rows], actor=user, subject=subject)

    def _or_404(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise Http404

    def record_opening(self, request: HttpRequest, row: Any) -> None:
        """Record that an officer opened the page of `row`, for whom it is about."""
        self.record_reading("row.read", [row], request.user, row)

    # ---- a row's page ------------------------------------------------------------------------------------------------
    def detail_rows(self, obj: Any, user: Any) -> Sequence[DetailRow]:
        """Return the rows on the page of `obj`; by default one for each field of `fields` or of the model."""
        shown = self.fields or [field.name for field in self.model._meta.concrete_fields if field.name not in _HIDDEN]
        return [field_row(obj, name) for name in shown]

    def kept(self, request: HttpRequest) -> str:
        """Return the query string of the list from which the officer came."""
        return kept_query(request.GET.get(KEPT, ""))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        self._or_404(request)
        if self.concerns and object_id and request.method == "GET" and (row := self.get_object(request, object_id)):
            self.record_opening(request, row)
        context = {
            "list_admin": self,
            "list_url": self.list_url(request),
            "kept": self.kept(request),
            "origin": origin_url(request.GET.get(FROM, "")),
            **(extra_context or {}),
        }
        try:
            return super().changeform_view(request, object_id, form_url, context)
        except _Refused as refused:
            return self._refused(request, object_id, refused, context)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        editing = add or "edit" in request.GET or request.method == "POST"
        context.update(form=context["adminform"].form, editing=editing)
        if obj is not None:
            buttons = [button for button in self.buttons if button.can(request.user, obj)]
            shown = self.detail_rows(obj, request.user)
            context.update(detail_rows=shown, buttons=buttons, version=version_of(obj, request.user, shown))
            if not editing:
                context.update(RecordPage(self, request, obj).context(buttons, shown))
        response = super().render_change_form(request, context, add, change, form_url, obj)
        if editing:
            response.template_name = self.add_form_template
        if context["adminform"].form.errors:
            response.status_code = context["adminform"].form.status
        return response

    # ---- writes ------------------------------------------------------------------------------------------------------
    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> type:
        """Return the form of the row, limited to what the officer may choose. A form from elsewhere goes through `limited`."""
        return limited(super().get_form(request, obj, change, **options), request.user, free=self.free_choices)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        options["queryset"] = visible_rows(db_field.remote_field.model, request.user)
        return super().formfield_for_foreignkey(db_field, request, **options)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Return the field without Django's "add another" wrapper: the staff site has no pop-ups."""
        field = super().formfield_for_dbfield(db_field, request, **options)
        if field is not None and hasattr(field.widget, "can_add_related"):
            field.widget = field.widget.widget
        return field

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        return form.instance

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Call the app's action; without one nothing is written."""
        write = self.edit if change else self.create
        if write is None:
            raise NotAllowed("save_model")
        try:
            saved = write(obj, form, actor=request.user) if change else write(form, actor=request.user)
        except ActionError as error:
            raise _Refused(form, error) from error
        except NotAllowed as error:  # somebody who may open the form chose what they may not
            if refusal := refusal_at_choice(form):
                raise _Refused(form, refusal) from error
            raise
        # Django passes `obj`, the unsaved instance of the form, to `response_add` and `response_change`; they need this row.
        request.saved_row = saved  # type: ignore[attr-defined]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Write nothing: the action writes related rows too."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Write nothing: the action wrote the audit entry."""

    log_change = log_deletions = log_addition

    def _refused(self, request: HttpRequest, object_id: str | None, refused: "_Refused", context: dict) -> HttpResponse:
        """Return the form again, with all typed values and the error of the action."""
        form = refused.form
        form.refuse(refused.error)
        obj = self.get_object(request, object_id) if object_id else None
        adminform = admin.helpers.AdminForm(form, list(self.get_fieldsets(request, obj)), {}, model_admin=self)
        page = {
            **self.admin_site.each_context(request),
            **context,
            "adminform": adminform,
            "original": obj,
            "errors": [],
            "inline_admin_formsets": [],
            "title": str(obj or self.model._meta.verbose_name),
            "media": self.media,
            "object_id": object_id,
            "is_popup": False,
            "save_as": False,
            "opts": self.opts,
            "preserved_filters": "",
        }
        return self.render_change_form(request, page, add=obj is None, change=obj is not None, obj=obj)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        row = request.saved_row  # type: ignore[attr-defined]
        messages.success(request, self.added_message(row))
        origin = origin_url(request.GET.get(FROM, ""))
        return HttpResponseRedirect(origin or self.url_of(row, self.kept(request)))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return the values that the address fills in, without keys that no row can have."""
        given = super().get_changeform_initial_data(request)
        relations = {one.name for one in self.model._meta.concrete_fields if one.is_relation}
        return {
            name: value
            for name, value in given.items()
            if name not in relations or (str(value).isdecimal() and len(str(value)) <= 18)
        }

    def added_message(self, row: Any) -> str:
        """Return what is said after `create`, which may return a row that existed already."""
        if getattr(row, "was_found", False):
            return _("已经有“%(name)s”，没有再添加；这就是原来的那一份。") % {"name": row}
        return _("已添加：%(name)s") % {"name": row}

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        row = request.saved_row  # type: ignore[attr-defined]
        messages.success(request, _("已保存：%(name)s") % {"name": row})
        return HttpResponseRedirect(self.url_of(row, self.kept(request)))

    def url_of(self, obj: Any, kept: str = "") -> str:
        """Return the address of the page of `obj`; `kept` is the query string that leads back to a page of the list."""
        return page_url(obj, kept=kept)

    def list_url(self, request: HttpRequest) -> str:
        """Return the address of the list, with the filters, the search and the page from which the officer came."""
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        kept = self.kept(request)
        return f"{url}?{kept}" if kept else url

    # ---- buttons -----------------------------------------------------------------------------------------------------
    def get_urls(self) -> list:
        """Return the URLs of this admin: list, export, add, row, button; there are none for history and deletion."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        return [
            path("", view(require_safe(self.changelist_view)), name=f"{name}_changelist"),
            *self.export_urls(name),
            *self.bulk_urls(name),
            *self.view_urls(name),
            path("add/", view(self.add_view), name=f"{name}_add"),
            path("<path:object_id>/change/", view(self.change_view), name=f"{name}_change"),
            path("<int:object_id>/do/<slug:verb>/", view(require_POST(self.do_view)), name=f"{name}_do"),
        ]

    def do_view(self, request: HttpRequest, object_id: int, verb: str) -> HttpResponse:
        """Call the action of the button `verb` on a row. Answers 404 for a row out of scope and for an unknown button."""
        self._or_404(request)
        obj = self.get_object(request, str(object_id))
        button = next((button for button in self.buttons if button.verb == verb), None)
        if obj is None or button is None:
            raise Http404
        try:
            require_unmoved(request.POST, version_of(obj, request.user, self.detail_rows(obj, request.user)))
            options = (
                {"reason": required_reason(ReasonForm(request.POST).typed_reason())} if button.needs_reason else {}
            )
            button.action(obj, actor=request.user, **options)
        except ActionError as error:
            error.url = self.url_of(obj, self.kept(request))  # never a public page, to which the action may lead
            raise
        messages.success(request, button.done or _("已办：%(what)s") % {"what": button.label})
        if self.get_object(request, str(object_id)) is None:  # the row may be out of the officer's scope now
            return HttpResponseRedirect(self.list_url(request))
        return HttpResponseRedirect(self.url_of(obj, self.kept(request)))


_HIDDEN = {"id", "public_id", "name_key", "name_search", "unit_search", "search_text", "is_demo", "phone_index"}


class _Refused(Exception):
    """Carries the form and the error out of Django's change view, whose transaction must be rolled back first."""

    def __init__(self, form: Any, error: ActionError) -> None:
        super().__init__(str(error))
        self.form, self.error = form, error
