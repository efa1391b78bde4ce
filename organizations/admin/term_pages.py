"""The pages of a change of term on the staff site: all candidates in one table, files of the meeting, answers on paper."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chengyang.errors import ActionError
from chengyang.lib.chinese.pinyin import name_key
from chengyang.platform.audit import readings
from chengyang.platform.staff.links import page_url
from chengyang.platform.web.forms import posted

from .. import actions, permissions
from ..forms import CandidatesForm, ConsentForm, MeetingPaperForm
from ..models import Candidate, TermChange
from ..states import ChangeState
from ..todos import paper_rows

OFFERED = 500  # names of members that the field of a nomination suggests; larger organizations type them


class TermPages:
    """The part of the admin of changes of term with its own pages."""

    admin_site: Any
    get_object: Callable[..., Any]
    _or_404: Callable[..., None]

    def term_urls(self) -> list:
        """Return the addresses of the table and of the files, below that of a change."""
        view, both = self.admin_site.admin_view, require_http_methods(["GET", "HEAD", "POST"])
        where = "<int:object_id>"
        return [
            path(f"{where}/table/", view(both(self.table_view)), name="organizations_termchange_table"),
            path(f"{where}/papers/", view(both(self.papers_view)), name="organizations_termchange_papers"),
            path(
                f"{where}/consent/<int:candidate_id>/",
                view(both(self.consent_view)),
                name="organizations_termchange_consent",
            ),
        ]

    def _prepared(self, request: HttpRequest, object_id: int) -> TermChange:
        """Return the change. Raises Http404 where the officer does not prepare it."""
        self._or_404(request)
        found = self.get_object(request, str(object_id))
        if found is None or not permissions.can_prepare_term_change(request.user, found.organization):
            raise Http404
        return found

    def table_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Show all candidates with their answers, and write nominations, votes and results at once."""
        change = self._prepared(request, object_id)
        members = change.organization.memberships.active()
        form = CandidatesForm(posted(request), candidates=change.all_candidates, named=partial(_named, members))
        if request.method == "POST" and form.is_valid():
            try:
                count = actions.record_candidates(
                    change, nominations=form.nominations, results=form.results(), actor=request.user
                )
                messages.success(request, _("已保存，改动 %(n)d 行。") % {"n": count} if count else _("没有改动。"))
                return HttpResponseRedirect(reverse("admin:organizations_termchange_table", args=[change.pk]))
            except ActionError as error:
                form.refuse(error)
        # Of a larger organization the names are typed without suggestions.
        is_small = change.organization.memberships.all().number() <= OFFERED
        offered = [row.person for row in members.order_by().select_related("person__user")] if is_small else []
        if request.method == "GET":
            readings.record("list.read", offered, actor=request.user, subject=Candidate)
        context = {
            "title": _("提名和结果：%(change)s") % {"change": change},
            "change": change,
            "form": form,
            "names": sorted({person.name for person in offered}, key=name_key),
            "can_write": change.state == ChangeState.PREPARING,
            "back_url": page_url(change),
        }
        return self.admin_site.page(request, "organizations/candidates.html", context, form.status)

    def papers_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Show the files of the meeting, add one, or delete one."""
        change = self._prepared(request, object_id)
        url = reverse("admin:organizations_termchange_papers", args=[change.pk])
        if request.POST.get("remove"):
            try:
                actions.remove_meeting_paper(change, request.POST["remove"], actor=request.user)
            except ActionError as error:
                error.url = url
                raise
            messages.success(request, _("已删去。"))
            return HttpResponseRedirect(url)
        form = MeetingPaperForm(posted(request), request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                data = form.cleaned_data
                actions.add_meeting_paper(change, kind=data["kind"], upload=data["file"], actor=request.user)
                messages.success(request, _("已添加。"))
                return HttpResponseRedirect(url)
            except ActionError as error:
                form.refuse(error)
        context = {
            "title": _("会议材料：%(change)s") % {"change": change},
            "change": change,
            "form": form,
            "rows": paper_rows(change, request.user),
            "can_add": change.state != ChangeState.DROPPED,
            "can_remove": change.state == ChangeState.PREPARING,
            "back_url": page_url(change),
        }
        return self.admin_site.page(request, "organizations/meeting_papers.html", context, form.status)

    def consent_view(self, request: HttpRequest, object_id: int, candidate_id: int) -> HttpResponse:
        """Record what a candidate answered on paper."""
        change = self._prepared(request, object_id)
        rows = Candidate.objects.visible_to(request.user).filter(change=change).select_related("person__user")
        candidate = get_object_or_404(rows, pk=candidate_id)
        form = ConsentForm(posted(request), request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                data = form.cleaned_data
                actions.record_consent(candidate, agrees=data["agrees"], upload=data["file"], actor=request.user)
                messages.success(request, _("已登记，%(person)s会收到通知。") % {"person": candidate.person})
                return HttpResponseRedirect(page_url(candidate))
            except ActionError as error:
                form.refuse(error)
        context = {
            "title": _("登记书面答复：%(candidate)s") % {"candidate": candidate},
            "candidate": candidate,
            "form": form,
            "back_url": page_url(candidate),
        }
        return self.admin_site.page(request, "organizations/consent.html", context, form.status)


def _named(members: Any, name: str) -> list[Any]:
    """Return the persons with the name `name` among `members`, as rows of the registry."""
    rows = members.filter(person__name_key=name_key(name), person__name=name).select_related("person__user")
    return [row.person for row in rows]
