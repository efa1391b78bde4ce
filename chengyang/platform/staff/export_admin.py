"""导出 on every list of the staff site, and the to-do of the second officer."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from chengyang.errors import ActionError, NotAllowed
from chengyang.extensions import DecisionOption, DetailRow, HistoryEntry, Section, TodoKind
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.jobs import actions as jobs
from chengyang.platform.sheets.columns import Column
from chengyang.platform.web.forms import posted
from chengyang.platform.web.paging import BoundedPaginator

from . import export_actions, export_columns, list_exports, permissions
from .forms import ExportForm
from .models import ListExport, ListExportState

AT_ONCE = 200  # rows; what is as small is ready with the answer


class ExportsRows:
    """The mixin of all admins of the staff site that exports their list.

    An admin names in `export_more` what can be chosen beside the columns of the list: names of fields, paths to fields, and
    `Column` objects, which replace a column of the list with the same code. `export_concerns` returns the account or person
    whose data a row is, where `concerns` of the list does not.
    """

    export_more: Sequence[str | Column] = ()
    export_concerns: Callable[[Any], Any] | None = None
    # Foreign keys to those whom `people_of` returns ("": the row itself), the first that is filled in: with them, long lists
    # are read without objects.
    export_people: Sequence[str] = ()

    @property
    def people_of(self) -> Callable[[Any], Any] | None:
        """The function row → account or person whose data it is; None for a list that is about nobody."""
        return self.export_concerns or self.concerns

    def export_urls(self, name: str) -> list:
        view = self.admin_site.admin_view
        return [
            path(
                "export/", view(require_http_methods(["GET", "HEAD", "POST"])(self.export_view)), name=f"{name}_export"
            )
        ]

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Ask which columns and what for, and export the rows of the list with the filters of the address."""
        self._or_404(request)
        query = list_exports.query_of(request.GET.urlencode())
        try:
            rows = list_exports.rows_of(self, request.user, query)
        except ActionError:  # a filter that was typed
            return HttpResponseRedirect(request.path)
        form = ExportForm(posted(request), model_admin=self)
        if form.is_bound and form.is_valid():
            try:
                return self._exported(request, query, form)
            except ActionError as error:
                form.refuse(error)
        return self._export_page(request, query, rows, form)

    def _exported(self, request: HttpRequest, query: str, form: ExportForm) -> HttpResponse:
        data, conditions = form.data_of(), conditions_of(self, request, query)
        label = self.model._meta.label
        export = export_actions.ask_for_export(label, query, data, actor=request.user, conditions=conditions)
        if export.state == ListExportState.WAITING:
            messages.success(
                request, _("超过 %(n)d 人，已请同事同意；同意以后自动开始，办好会通知你。") % {"n": list_exports.LARGE}
            )
            return HttpResponseRedirect(export.get_absolute_url())
        job = export.job
        if list_exports.rows_of(self, request.user, query).order_by()[: AT_ONCE + 1].count() <= AT_ONCE:
            job = jobs.do_now(job)
        if job.has_result and not job.is_open:
            return HttpResponseRedirect(reverse("admin:jobs_job_result", args=[job.public_id]))
        return HttpResponseRedirect(job.get_absolute_url())

    def _export_page(self, request: HttpRequest, query: str, rows: QuerySet, form: Any) -> HttpResponse:
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        context = {
            "title": _("导出：%(list)s") % {"list": self.model._meta.verbose_name_plural},
            "opts": self.opts,
            "list_url": f"{url}?{query}" if query else url,
            "form": form,
            "total": BoundedPaginator(rows, AT_ONCE).total_text,
            "conditions": conditions_of(self, request, query),
            "large": list_exports.LARGE,
        }
        return self.admin_site.page(request, "staff/export.html", context, form.status)


def conditions_of(model_admin: Any, request: HttpRequest, query: str) -> str:
    """Return the filters and the search of a list in words: `街道：夏庄街道；搜索：王`."""
    asked = HttpRequest()
    asked.method, asked.user, asked.GET = "GET", request.user, QueryDict(query)
    asked.only_rows = True  # type: ignore[attr-defined]
    try:
        listing = model_admin.get_changelist_instance(asked)
    except (ValueError, IncorrectLookupParameters):
        raise Http404 from None
    found = []
    for spec in listing.filter_specs:
        chosen = [choice for choice in spec.choices(listing) if choice["selected"]]
        if spec.has_output() and any(name in listing.params for name in spec.expected_parameters()):
            found.append(f"{spec.title}：{'、'.join(str(choice['display']) for choice in chosen)}")
    if listing.chosen:
        found.append(_("选中的 %(n)d 条") % {"n": listing.chosen.rows.count()})
    return "；".join([*found, *([_("搜索：%(text)s") % {"text": listing.query}] if listing.query else [])])


def export_url(list_name: str, query: str) -> str:
    """Return the address of the page that exports the list `list_name` ("app.Model") with the query string `query`."""
    app, model = list_name.lower().split(".")
    url = reverse(f"admin:{app}_{model}_export")
    return f"{url}?{query}" if query else url


class AgreeToExport(TodoKind):
    """导出复核: an export of more than 500 persons waits for another officer of the office (requirements P26)."""

    code, label, section, model = "list-export", gettext_lazy("导出复核"), Section.PEOPLE, ListExport
    related = ("asked_by",)
    reason_words = (gettext_lazy("理由"), gettext_lazy("不同意时必填，提出人会看到原文"))
    quick_reasons = (gettext_lazy("用途没有写清楚。"), gettext_lazy("请加上条件，只导出用得到的人。"))

    def waiting(self, user: Any) -> QuerySet:
        rows, scope = ListExport.objects.visible_to(user), access_scope(user)
        rows = rows.filter(state=ListExportState.WAITING).exclude(asked_by=user)
        return rows if scope.staff else rows.none()

    def title(self, row: ListExport) -> str:
        return str(row)

    def detail(self, row: ListExport) -> str:
        return _("%(who)s提出，%(why)s") % {"who": row.asked_by, "why": row.get_purpose_display()}

    def since(self, row: ListExport) -> Any:
        return row.asked_at

    def detail_rows(self, row: ListExport, user: Any) -> list[DetailRow]:
        found = [
            DetailRow(_("打印件") if row.paper else _("名单"), row.paper_label if row.paper else row.list_label),
            DetailRow(_("条件"), row.conditions or _("全部，没有加条件")),
            DetailRow(_("多少人"), _("%(n)s 条") % {"n": self._size(row)}, live=True),
            DetailRow(_("栏目"), "、".join(self._headers(row))),
            DetailRow(_("用途"), row.get_purpose_display(), row.note),
            DetailRow(_("手机号码"), _("完整号码") if row.numbers_note else _("不显示全号"), row.numbers_note),
            DetailRow(_("提出人"), row.asked_by),
            DetailRow(_("状态"), row.get_state_display(), row.reason),
        ]
        if row.job and row.job.owner_id == user.pk:
            found.append(DetailRow(_("任务"), row.job, url=row.job.get_absolute_url()))
        return found

    def _headers(self, row: ListExport) -> list[str]:
        if row.paper:  # its columns are the names of its placeholders
            return list(row.columns)
        sheet = export_columns.chosen(list_exports.admin_of(row.list_name), row.columns)
        return [str(column.header) for column in sheet]

    def _size(self, row: ListExport) -> str:
        """Return the number of rows that the asker sees now, in words."""
        if row.rows is not None:
            return f"{row.rows:,}"
        try:
            rows = list_exports.rows_of(list_exports.admin_of(row.list_name), row.asked_by, row.query)
        except (ActionError, NotAllowed):
            return "—"
        return BoundedPaginator(rows, AT_ONCE).total_text

    def history(self, row: ListExport) -> list[HistoryEntry]:
        steps = [HistoryEntry(_("提出"), row.asked_at, row.asked_by)]
        if row.decided_at:
            steps.insert(0, HistoryEntry(row.get_state_display(), row.decided_at, row.decided_by or "", row.reason))
        return steps

    def options(self, row: ListExport, user: Any) -> Sequence[DecisionOption]:
        if row.state != ListExportState.WAITING:
            return ()
        if permissions.can_decide_export(user, row):
            return (
                DecisionOption("agree", gettext_lazy("同意导出"), done=gettext_lazy("已同意，马上开始。")),
                DecisionOption("refuse", gettext_lazy("不同意"), needs_reason=True),
            )
        if permissions.can_withdraw_export(user, row):
            return (DecisionOption("withdraw", gettext_lazy("不导出了"), done=gettext_lazy("已撤回。")),)
        return ()

    def decide(self, row: ListExport, option: str, reason: str, *, actor: Any) -> Any:
        if option == "withdraw":
            return export_actions.withdraw_export(row, actor=actor)
        if option == "refuse":
            return export_actions.refuse_export(row, reason=reason, actor=actor)
        return export_actions.agree_to_export(row, actor=actor)
