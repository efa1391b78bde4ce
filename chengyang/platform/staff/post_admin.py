"""Posts on the staff site: the same list, page and button for organizations, bases and teams."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.extensions import DetailRow
from chengyang.lib.chinese import dates

from .admin import Button, ScopedAdmin
from .forms import with_new_reason


class InPost(admin.SimpleListFilter):
    """A filter by whether somebody holds the post today."""

    title, parameter_name = gettext_lazy("任期"), "term"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [("now", _("在任")), ("over", _("已卸任")), ("later", _("还没开始"))]

    def queryset(self, request: Any, queryset: Any) -> Any:
        today = clock.today()
        if self.value() == "now":
            return queryset.on(today)
        if self.value() == "later":
            return queryset.valid().filter(starts__gt=today)
        return queryset.filter(ends__lte=today) if self.value() == "over" else queryset


class PostAdmin(ScopedAdmin):
    """The admin of a table of posts. The app defines the actions `appoint` and `end_post`, and the permission `may_end`.

    In the list of base classes it comes after the class that limits the organizers to those of the officer.
    """

    appoint: Callable[..., Any]
    end_post: Callable[..., Any]
    correct_post: Callable[..., Any]
    may_end: Callable[[Any, Any], bool]
    corrected_fields = ("starts", "ends", "reason")
    fields: Sequence[str] = ("person", "kind", "starts")  # after the organizer
    autocomplete_fields = ("person",)
    concerns = staticmethod(lambda post: post.person)
    messages_to = "people"

    def message_rows(self, rows: Any) -> Any:
        return rows.valid().filter(starts__lte=clock.today(), ends__gt=clock.today())

    @property
    def list_display(self) -> tuple[str, ...]:
        return ("person", "kind", self.model.SUBJECT, "starts", "ends")

    @property
    def list_select_related(self) -> tuple[str, ...]:
        return (self.model.SUBJECT, "person__subdistrict")

    @property
    def search_fields(self) -> tuple[str, ...]:
        return (f"{self.model.SUBJECT}__name", "person__name")

    @property
    def buttons(self) -> tuple[Button, ...]:
        return (
            Button(
                "end",
                gettext_lazy("今天卸任"),
                self.end_post,
                self._can_end,
                needs_reason=True,
                confirm=gettext_lazy("从今天起不再担任？任职记录会留着；今天才开始的，算作误登。"),
            ),
        )

    def _can_end(self, user: Any, post: Any) -> bool:
        over = post.ends is not None and (post.ends <= clock.today() or post.ends == post.starts)
        return not over and self.may_end(user, post)

    def may_edit(self, user: Any, post: Any) -> bool:
        return self.may_end(user, post)

    def get_fieldsets(self, request: Any, obj: Any = None) -> list:
        return [(None, {"fields": self.corrected_fields if obj else (self.model.SUBJECT, *self.fields)})]

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **options: Any) -> Any:
        return (
            with_new_reason(super().get_form(request, obj, change, **options))
            if obj
            else super().get_form(request, obj, change, **options)
        )

    def edit(self, post: Any, form: Any, *, actor: Any) -> Any:
        return self.correct_post(post, actor=actor, **form.cleaned_data)

    def create(self, form: Any, *, actor: Any) -> Any:
        data = dict(form.cleaned_data)
        return self.appoint(data.pop(self.model.SUBJECT), actor=actor, **data)

    def detail_rows(self, post: Any, user: Any) -> list[DetailRow]:
        return [
            DetailRow(_("人士"), post.person),
            DetailRow(_("职务"), post.get_kind_display()),
            DetailRow(
                self.model._meta.get_field(self.model.SUBJECT).verbose_name,
                post.subject,
            ),
            DetailRow(_("任期"), dates.days(post.starts, post.ends)),
            DetailRow(_("公开"), _("本人已同意") if post.is_public else _("不公开")),
            *([DetailRow(_("理由"), post.reason)] if post.reason else []),
        ]
