"""Making reports, correcting their note, withdrawing and restoring them."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.editing import edit
from chengyang.platform.jobs import actions as jobs
from chengyang.platform.jobs.models import Job
from chengyang.platform.web.context_processors import demo_loaded

from . import board as boards
from . import keeping, owners, permissions, report_contents
from .models import Report
from .periods import Span

KIND = "board-report"


def ask_for_report(owner: Any, span: Span, *, note: str = "", with_records: bool = True, actor: Any) -> Job:
    """Start the job that makes the report about `owner` (None: the district) in `span`, and return it.

    `with_records`: its Excel file lists the records behind each figure, too. Raises NotAllowed for somebody who does not see the
    board of `owner`, ActionError("period") for a period that has not begun, ActionError("queue") as `jobs.start`.
    """
    require(permissions.can_make_report, actor, owner)
    if span.starts > clock.today():
        raise ActionError(_("这段时间还没有开始。"), code="period", field="period")
    arguments = {"of": owners.code_of(owner), "period": span.code, "note": note, "with_records": with_records}
    title = report_contents.title_of(owners.name_of(owner), span)
    return jobs.start(KIND, actor=actor, title=title, arguments=arguments)


@transaction.atomic
def make_report(owner: Any, span: Span, *, note: str = "", job: Job | None = None, actor: Any) -> Report:
    """Freeze the figures of `owner` in `span` as they are now, and return the report. Raises NotAllowed as `ask_for_report`."""
    require(permissions.can_make_report, actor, owner)
    keeping.refresh()
    board = boards.board_of(owner, span)
    keys = {} if owner is None else {owners.kind_of(owner): owner}
    is_demo = demo_loaded()
    report = Report.objects.create(
        **keys,
        period=span.code,
        starts=span.starts,
        ends=span.ends,
        as_of=board.at,
        contents=report_contents.frozen(board, is_demo=is_demo),
        is_demo=is_demo,
        note=note,
        made_by=actor,
        job=job,
    )
    audit.record("report.made", report, actor=actor)
    return report


@transaction.atomic
def edit_report(report: Report, data: dict[str, Any], *, actor: Any) -> Report:
    """Change the note of `report`, and return it; its figures never change. Raises NotAllowed, ActionError("invalid")."""
    report = _locked(report)
    require(permissions.can_edit_report, actor, report)
    edit(report, data, fields=Report.EDITABLE_FIELDS, verb="report.edited", actor=actor)
    return report


@transaction.atomic
def withdraw_report(report: Report, *, actor: Any) -> Report:
    """Mark `report` as no longer valid, and return it; it stays readable. Raises NotAllowed, also when it is withdrawn."""
    report = _locked(report)
    require(permissions.can_withdraw_report, actor, report)
    return _mark(report, clock.now(), "report.withdrawn", actor)


@transaction.atomic
def restore_report(report: Report, *, actor: Any) -> Report:
    """Take the withdrawal of `report` back, and return it. Raises NotAllowed."""
    report = _locked(report)
    require(permissions.can_restore_report, actor, report)
    return _mark(report, None, "report.restored", actor)


def _mark(report: Report, moment: Any, verb: str, actor: Any) -> Report:
    report.withdrawn_at = moment
    report.save(update_fields=["withdrawn_at"])
    audit.record(verb, report, actor=actor)
    return report


def _locked(report: Report) -> Report:
    return Report.objects.select_for_update(of=("self",)).with_owners().get(pk=report.pk)
