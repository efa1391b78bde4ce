"""Posts on the desk: the same list, page and button for organizations, bases and teams."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.lib.chinese import dates

from .admin import Button, ScopedAdmin
from .registry import Fact


class PostAdmin(ScopedAdmin):
    """Who holds which post: given on a day, ended today; the app says how, and who may (`appoint`, `end_post`, `may_end`).

    Stands after the class that says which bodies are the officer's.
    """

    appoint: Callable[..., Any]
    end_post: Callable[..., Any]
    may_end: Callable[[Any, Any], bool]
    fields: Sequence[str] = ("person", "kind", "starts")  # after the body
    autocomplete_fields = ("person",)

    @property
    def about(self) -> str:
        """Return the name of the foreign key to the body."""
        return self.model.objects.all().about

    @property
    def list_display(self) -> tuple[str, ...]:
        return ("person", "kind", self.about, "starts", "ends")

    @property
    def list_select_related(self) -> tuple[str, ...]:
        return (self.about, "person")

    @property
    def search_fields(self) -> tuple[str, ...]:
        return (f"{self.about}__name",)

    @property
    def buttons(self) -> tuple[Button, ...]:
        return (
            Button(
                "end",
                gettext_lazy("今天卸任"),
                self.end_post,
                lambda user, post: post.holds(clock.today()) and self.may_end(user, post),
                confirm=gettext_lazy("从今天起不再担任？任职记录会留着。"),
            ),
        )

    def get_fieldsets(self, request: Any, obj: Any = None) -> list:
        return [(None, {"fields": (self.about, *self.fields)})]

    def create(self, form: Any, *, actor: Any) -> Any:
        data = dict(form.cleaned_data)
        return self.appoint(data.pop(self.about), actor=actor, **data)

    def facts(self, post: Any, user: Any) -> list[Fact]:
        return [
            Fact(_("人士"), post.person),
            Fact(_("职务"), post.get_kind_display()),
            Fact(self.model._meta.get_field(self.about).verbose_name, post.body, url=post.body.get_absolute_url()),
            Fact(_("任期"), dates.days(post.starts, post.ends)),
            Fact(_("公开"), _("本人已同意") if post.is_public else _("不公开")),
        ]
