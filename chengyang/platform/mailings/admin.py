"""群发消息 on the staff site: writing to the people of a list, the outbox, and what became of each copy."""

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang.errors import ActionError, NotAllowed
from chengyang.extensions import DetailRow, Section
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import AccessScope
from chengyang.platform.staff.admin import Button, ScopedAdmin
from chengyang.platform.staff.export_admin import conditions_of
from chengyang.platform.staff.links import kept_query, list_address
from chengyang.platform.staff.list_exports import admin_of, query_of
from chengyang.platform.web.forms import posted

from . import actions, audience, permissions
from .forms import MailingForm
from .models import Mailing
from .states import MAILING_UNSENT, MailingState
from .todos import detail_rows_of


def _button(
    verb: str, label: Any, action: Any, states: Any, *, can: Any = permissions.can_change, **options: Any
) -> Button:
    """Return a button for who `can`, while the message is in one of `states`."""
    return Button(verb, label, action, lambda user, row: row.state in states and can(user, row), **options)


@admin.register(Mailing)
class MailingAdmin(ScopedAdmin):
    """A message is written from a list, whose people get it; so there is no form to add one here."""

    section, order = Section.CONTENT, 50
    list_display = ("title", "kind", "state", "total", "when", "author")
    list_filter = ("state", "kind")
    list_select_related = ("author",)
    search_fields = ("title",)
    form = MailingForm
    fields = Mailing.EDITABLE_FIELDS
    buttons = (
        _button(
            "release",
            gettext_lazy("放进发件箱"),
            actions.release_mailing,
            (MailingState.DRAFT,),
            done=gettext_lazy("已放进发件箱：发出以前都可以停下；超过 200 人要先等同事同意。"),
            main=True,
            why=gettext_lazy("先发给自己看看，再放进发件箱。"),
        ),
        _button(
            "test",
            gettext_lazy("先发给自己"),
            actions.try_on_oneself,
            (MailingState.DRAFT, MailingState.HELD),
            done=gettext_lazy("已发给你自己，看一下手机和站内消息。"),
        ),
        _button(
            "stop",
            gettext_lazy("不发了"),
            actions.stop_mailing,
            (*MAILING_UNSENT, MailingState.SENDING),
            can=permissions.can_stop,
            confirm=gettext_lazy("停下这条消息？还没有发的都不发，已经发出的收不回。"),
            done=gettext_lazy("已停下。"),
        ),
    )
    may_edit = staticmethod(lambda user, row: row.state in MAILING_UNSENT and permissions.can_change(user, row))

    def is_for(self, scope: AccessScope) -> bool:
        return scope.responsible

    def get_urls(self) -> list:
        view = self.admin_site.admin_view
        return [path("compose/", view(self.compose_view), name="mailings_mailing_compose"), *super().get_urls()]

    @admin.display(description=gettext_lazy("发送时间"))
    def when(self, row: Mailing) -> str:
        moment = row.sent_at or row.send_at
        return dates.stamp(moment) if moment else "—"

    def detail_rows(self, row: Mailing, user: Any) -> list[DetailRow]:
        return [*detail_rows_of(row), DetailRow(_("状态"), row.get_state_display())]

    def edit(self, row: Mailing, form: Any, *, actor: Any) -> Mailing:
        return actions.edit_mailing(row, form.cleaned_data, actor=actor)

    # ---- writing ----------------------------------------------------------------------------------------------------
    def compose_view(self, request: HttpRequest) -> HttpResponse:
        """Write to the people of the list `?list=` ("app.Model") with the query string `?query=`."""
        self._or_404(request)
        list_name, query = request.GET.get("list", ""), kept_query(query_of(request.GET.get("query", "")))
        try:
            found = admin_of(list_name)
            people = audience.people_of(list_name, query, request.user)
        except (KeyError, NotAllowed):
            raise Http404 from None
        except ActionError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(_list_url(found, ""))
        if not found.messages_to:
            raise Http404
        form = MailingForm(posted(request), instance=Mailing(list_name=list_name))
        conditions = conditions_of(found, request, query)
        if form.is_bound and form.is_valid():
            try:
                mailing = actions.draft_mailing(
                    list_name, query, form.cleaned_data, actor=request.user, conditions=conditions
                )
                return HttpResponseRedirect(mailing.get_absolute_url())
            except ActionError as error:
                form.refuse(error)
        return self._compose_page(request, form, found, query, conditions, len(people))

    def _compose_page(
        self, request: HttpRequest, form: Any, found: Any, query: str, conditions: str, total: int
    ) -> HttpResponse:
        context = {
            "title": _("发消息：%(list)s") % {"list": found.model._meta.verbose_name_plural},
            "opts": self.opts,
            "form": form,
            "total": total,
            "large": actions.LARGE,
            "conditions": conditions,
            "from_list": found.model._meta.verbose_name_plural,
            "list_url": _list_url(found, query),
        }
        return self.admin_site.page(request, "mailings/compose.html", context, form.status)


def _list_url(model_admin: Any, query: str) -> str:
    url = list_address(model_admin.opts.app_label, model_admin.opts.model_name)
    return f"{url}?{query}" if query else url
