"""Choosing rows of a list and doing something with all of them: the pages before and after the job."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.admin.utils import lookup_field
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chengyang.errors import ActionError
from chengyang.extensions import ListLink, list_links
from chengyang.platform.jobs import actions as jobs
from chengyang.platform.web import paging
from chengyang.platform.web.forms import posted

from . import bulk_actions
from .bulk_verbs import BulkVerb
from .forms import bulk_form
from .links import CHOSEN, kept_query, list_address, page_url
from .list_exports import query_of, rows_of
from .models import BulkRow, BulkRun

AT_ONCE = 40  # rows; what is as small is done with the answer
NAMED = 10  # rows that the summary names of each kind
PER_PAGE = 50


@dataclass(frozen=True)
class Line:
    """One row of a run: what it is called, shortly and so that namesakes differ, where its page is ("": nowhere), its result."""

    entry: BulkRow
    name: str
    label: str
    url: str


class ChangesMany:
    """The mixin of all admins of the staff site that works on many rows of its list (`bulk_verbs`)."""

    bulk_verbs: Sequence[BulkVerb] = ()

    def bulk_urls(self, name: str) -> list:
        view = self.admin_site.admin_view
        return [
            path("bulk/", view(require_POST(self.choose_view)), name=f"{name}_bulk"),
            path(
                "bulk/<slug:public_id>/",
                view(require_http_methods(["GET", "HEAD", "POST"])(self.run_view)),
                name=f"{name}_bulk_run",
            ),
        ]

    def choose_view(self, request: HttpRequest) -> HttpResponse:
        """Store which rows were chosen for which verb, and show the summary; nothing is done yet."""
        self._or_404(request)
        query, code = kept_query(request.GET.urlencode()), request.POST.get("verb", "")
        link = next((link for link in self.links_for(request.user) if link.code == code), None)
        here = list_address(self.opts.app_label, self.opts.model_name)
        back = f"{here}?{query}" if query else here
        verb = next((verb for verb in self.bulk_verbs if verb.code == code), None)
        if verb is None and link is None:
            raise Http404
        try:
            rows = self._chosen_rows(request, query_of(query), verb)
            run = bulk_actions.choose_rows(self.model._meta.label, rows, verb=verb, actor=request.user)
        except ActionError as error:
            error.url = back
            raise
        if link is not None:
            return HttpResponseRedirect(link.url(self.model._meta.label, f"{CHOSEN}={run.public_id}"))
        return HttpResponseRedirect(run.get_absolute_url())

    def _chosen_rows(self, request: HttpRequest, query: str, verb: BulkVerb | None) -> QuerySet:
        """Return the ticked rows, or all that match the filters of the list, in the order of the list."""
        if request.POST.get("all") == "1":
            rows = rows_of(self, request.user, query)
        else:
            ticked = [int(key) for key in request.POST.getlist("row") if key.isdecimal() and len(key) <= 18]
            rows = rows_of(self, request.user, "").filter(pk__in=ticked[: bulk_actions.MOST])
        return rows.select_related(*dict.fromkeys([*verb.locks, *verb.related])) if verb else rows

    def run_view(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Show the summary of a run with its question, start it, and show what became of each row."""
        self._or_404(request)
        runs = BulkRun.objects.visible_to(request.user).filter(list_name=self.model._meta.label).exclude(verb="")
        run = get_object_or_404(runs.select_related("job"), public_id=public_id)
        verb = bulk_actions.verb_of(run)
        if verb is None:
            raise Http404
        if run.job_id and request.method == "POST":  # sent twice
            return HttpResponseRedirect(run.get_absolute_url())
        if run.job_id:
            return self._result_page(request, run, verb)
        form = bulk_form(verb)(posted(request))
        if form.is_bound and form.is_valid():
            values = dict(form.cleaned_data)
            try:
                job = bulk_actions.start_run(run, reason=values.pop("reason", ""), values=values, actor=request.user)
            except ActionError as error:
                if error.code == "started":
                    return HttpResponseRedirect(run.get_absolute_url())
                form.refuse(error)
            else:
                if job.total <= AT_ONCE:
                    job = jobs.do_now(job)
                return HttpResponseRedirect(run.get_absolute_url())
        return self._summary_page(request, run, verb, form)

    # ---- pages ------------------------------------------------------------------------------------------------------
    def _summary_page(self, request: HttpRequest, run: BulkRun, verb: BulkVerb, form: Any) -> HttpResponse:
        ready = self._rows(request, run.rows.filter(state=BulkRow.State.READY), verb)
        refused = run.rows.filter(state=BulkRow.State.REFUSED).order_by()
        groups = []
        for message, number in refused.values_list("message").annotate(n=Count("pk")).order_by("-n", "message"):
            named = self._lines(request, refused.filter(message=message).order_by("place")[:NAMED])
            groups.append((message, number, named, number - len(named)))
        context = {
            "run": run,
            "verb": verb,
            "can_undo": verb.undo is not None,
            "form": form,
            "ready": len(ready),
            "named": self._lines(request, run.rows.filter(state=BulkRow.State.READY)[:NAMED]),
            "refused": sum(number for _message, number, _named, _rest in groups),
            "groups": groups,
            "outlook": verb.outlook(ready, request.user) if verb.outlook and ready else (),
        }
        return self._bulk_page(request, "staff/bulk.html", run, context, status=form.status)

    def _result_page(self, request: HttpRequest, run: BulkRun, verb: BulkVerb) -> HttpResponse:
        counts = dict(run.rows.order_by().values_list("state").annotate(n=Count("pk")))
        labels = {**dict(BulkRow.State.choices), BulkRow.State.READY: _("还没有办")}
        states = [(state, labels[state], counts[state]) for state in BulkRow.State.values if state in counts]
        state = next((code for code, _label, _n in states if code == request.GET.get("state")), "")
        rows = run.rows.filter(**({"state": state} if state else {}))
        page = paging.keyset(request, rows, ("place", "id"), PER_PAGE)
        lines = self._lines(request, list(page))
        undoing = getattr(run.job, "undone_by", None)
        context = {"run": run, "verb": verb, "states": states, "state": state, "page": page, "lines": lines}
        context |= {"labels": labels, "job": undoing or run.job, "total": sum(counts.values())}
        return self._bulk_page(request, "staff/bulk_result.html", run, context)

    def _bulk_page(
        self, request: HttpRequest, template: str, run: BulkRun, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        shared = {
            "opts": self.opts,
            "list_url": list_address(self.opts.app_label, self.opts.model_name),
            "title": str(run),
        }
        return self.admin_site.page(request, template, {**shared, **context}, status)

    def _rows(self, request: HttpRequest, entries: QuerySet[BulkRow], verb: BulkVerb) -> list[Any]:
        rows = rows_of(self, request.user, "").filter(pk__in=entries.order_by().values("object_id"))
        return list(rows.order_by().select_related(*dict.fromkeys([*verb.locks, *verb.related])))

    def _lines(self, request: HttpRequest, entries: Any) -> list[Line]:
        """Return `entries` with the names of their rows, whose readers are recorded."""
        entries = list(entries)
        rows = rows_of(self, request.user, "").filter(pk__in=[entry.object_id for entry in entries])
        found = {row.pk: row for row in rows.order_by()}
        self.record_reading("list.read", found.values(), request.user, self.model)
        lines = [self._line(entry, found.get(entry.object_id)) for entry in entries]
        names = Counter(line.name for line in lines)
        return [replace(line, name=line.label) if names[line.name] > 1 else line for line in lines]

    def _line(self, entry: BulkRow, row: Any) -> Line:
        if row is None:
            gone = _("已经不在这个名单里")
            return Line(entry, gone, gone, "")
        _field, _attribute, value = lookup_field(self.list_display[0], row, self)  # as the first column of the list
        return Line(entry, str(value), str(getattr(value, "staff_label", value)), page_url(row))

    def bulk_choices(self, request: HttpRequest) -> list[tuple[str, Any]]:
        """Return the verbs of the bar below the list: (code, label)."""
        verbs = [(verb.code, verb.label) for verb in self.bulk_verbs]
        return [*verbs, *((link.code, link.label) for link in self.links_for(request.user))]

    def links_for(self, user: Any) -> list[ListLink]:
        """Return the links of this list to pages that go on with its rows (slot `list_links`)."""
        return [link for link in list_links() if link.can(user, self)]
