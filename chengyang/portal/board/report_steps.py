"""The job that makes a report: its figures first, then the records behind them by blocks, and the Excel file at the end."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from chengyang import extensions
from chengyang.errors import ActionError
from chengyang.extensions import JobStep, Period
from chengyang.lib.chinese import dates
from chengyang.platform.jobs import results
from chengyang.platform.jobs.models import Job
from chengyang.platform.sheets import workbook
from chengyang.platform.sheets.columns import Column, Kind
from chengyang.platform.staff.filters import visible_rows
from chengyang.platform.staff.links import page_url

from . import actions, owners, periods
from .models import Report

BLOCK = 1_000  # records of one step
MOST_RECORDS = 5_000  # of one figure; the list of the staff site exports more
Line = list[Any]


def _column(code: str, header: Any, kind: Kind = Kind.TEXT, width: int = 0) -> Column:
    return Column(code, header, lambda line: None, kind=kind, width=width)


def columns() -> list[Column]:
    """Return the columns of the sheet: a figure has values, each of its records below has a name and an address."""
    return [
        _column("step", _("步骤")),
        _column("figure", _("数字"), width=24),
        _column("value", _("这一期"), Kind.NUMBER, 14),
        _column("before", _("去年同期"), Kind.NUMBER, 14),
        _column("unit", _("单位"), width=8),
        _column("target", _("目标"), width=16),
        _column("record", _("记录"), width=44),
        _column("page", _("地址"), width=44),
    ]


def step(job: Job, cursor: dict[str, Any]) -> JobStep:
    """Do one step of a report; see `JobKind`. Raises ActionError where the owner of the job no longer sees the board."""
    if not cursor:
        return _begin(job)
    report = Report.objects.with_owners().get(pk=cursor["report"])
    if cursor["place"] >= len(cursor["figures"]):
        return _finish(job, report, cursor)
    return _fill(job, report, cursor)


def _begin(job: Job) -> JobStep:
    owner = _owner(job)
    span = periods.parse(job.arguments["period"])
    report = actions.make_report(owner, span, note=job.arguments["note"], job=job, actor=job.owner)
    figures = [figure["code"] for one in report.contents["steps"] for figure in one["figures"]]
    cursor = {"report": report.pk, "figures": figures, "place": 0, "after": 0, "rows": 0, "listed": 0}
    return JobStep(done=0, total=len(figures), cursor=cursor)


def _owner(job: Job) -> Any:
    from django.http import Http404

    try:
        return owners.find(job.owner, job.arguments["of"])
    except Http404:
        raise ActionError(_("这个单位现在不归你管，没有出报告。"), code="scope") from None


def _fill(job: Job, report: Report, cursor: dict[str, Any]) -> JobStep:
    """Write the line of a figure and a block of its records."""
    code, place = cursor["figures"][cursor["place"]], cursor["place"]
    one, figure = _figure(report, code)
    lines: list[Line] = [] if cursor["after"] else [_figure_line(one, figure)]
    following: dict[str, Any] = {"place": place + 1, "after": 0, "listed": 0}
    if job.arguments["with_records"]:
        _owner(job)  # a post may have ended since
        rows = list(_records(report, code, job.owner).filter(pk__gt=cursor["after"]).order_by("pk")[:BLOCK])
        lines += [_record_line(one, figure, row) for row in rows]
        listed = cursor["listed"] + len(rows)
        if len(rows) == BLOCK and listed < MOST_RECORDS:
            following = {"place": place, "after": rows[-1].pk, "listed": listed}
        elif len(rows) == BLOCK:
            lines.append(_note_line(one, figure, _("只列前 %(n)d 条，其余在看板上点开") % {"n": listed}))
    results.append(job, workbook.part(columns(), cursor["rows"], lines))
    cursor = {**cursor, **following, "rows": cursor["rows"] + len(lines)}
    return JobStep(done=cursor["place"], total=len(cursor["figures"]), cursor=cursor)


def _figure(report: Report, code: str) -> tuple[Any, Any]:
    return next(
        (one, figure) for one in report.contents["steps"] for figure in one["figures"] if figure["code"] == code
    )


def _figure_line(one: Any, figure: Any) -> Line:
    before = None if figure["before"] is None else Decimal(figure["before"])
    value = Decimal(figure["value"])
    return [one["label"], figure["label"], value, before, figure["unit"], figure["target"], None, None]


def _record_line(one: Any, figure: Any, row: Any) -> Line:
    """Return the line of a record. A row about a person is named by its number: its page shows more, and records who reads it."""
    listed = admin.site._registry.get(type(row))
    personal = listed is None or getattr(listed, "concerns", None) is not None
    name = f"{row._meta.verbose_name} {row.pk}" if personal else str(row)
    return [one["label"], figure["label"], None, None, None, None, name, page_url(row) if listed else None]


def _note_line(one: Any, figure: Any, text: str) -> Line:
    return [one["label"], figure["label"], None, None, None, None, text, None]


def _records(report: Report, code: str, user: Any) -> QuerySet:
    """Return the records behind a figure in its period that `user` may see."""
    metric = extensions.metric(code)
    ends = min(report.ends, periods.day_after(report.as_of))
    period = Period(report.starts, ends)
    rows = metric.records(report.owner, period)
    if admin.site._registry.get(rows.model) is None and not hasattr(rows.model._default_manager.all(), "visible_to"):
        return rows.none()
    rows = metric.readable(user, rows, report.owner, period)
    return rows.filter(pk__in=visible_rows(rows.model, user).order_by().values("pk"))


def _finish(job: Job, report: Report, cursor: dict[str, Any]) -> JobStep:
    notes = [
        *_demo_notes(report),
        (_("报告"), report.contents["title"]),
        (_("数据截至"), dates.stamp(report.as_of)),
        (_("记录以出表时为准"), _("数字是上面那一刻的；下面的记录按出这张表时读，那以后改过的，条数可能和数字不同。")),
        (_("人士的记录"), _("这张表里不写姓名，点开地址看。")),
        *((figure["label"], figure["how"]) for one in report.contents["steps"] for figure in one["figures"]),
    ]
    chunks = workbook.whole(
        columns(), results.working_parts(job), rows=cursor["rows"], title=report.contents["period"], notes=notes
    )
    name = f"{report.contents['title']}.xlsx".replace("/", "_")
    results.finish(job, chunks, name=name, content_type=workbook.CONTENT_TYPE)
    return JobStep(done=len(cursor["figures"]), total=len(cursor["figures"]), cursor=None)


def _demo_notes(report: Report) -> list[tuple[str, str]]:
    return [(_("演示数据"), _("人名、活动和数字都是编的，不能当作统计。"))] if report.contents.get("demo") else []


def figures_sheet(report: Report) -> Iterator[bytes]:
    """Yield an Excel file with the figures of `report` only."""
    lines: Sequence[Line] = [_figure_line(one, figure) for one in report.contents["steps"] for figure in one["figures"]]
    notes = [
        *_demo_notes(report),
        (_("报告"), report.contents["title"]),
        (_("数据截至"), dates.stamp(report.as_of)),
    ]
    return workbook.whole(
        columns()[:6],
        [workbook.part(columns()[:6], 0, [line[:6] for line in lines])],
        rows=len(lines),
        title=report.contents["period"],
        notes=notes,
    )
