"""Exports of lists: asked for, agreed to by a second officer above 500 persons, and done as a job (requirements P26, S11)."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock, move
from chengyang.platform.jobs import actions as jobs
from chengyang.platform.notices.actions import notify
from chengyang.platform.workdays import deadlines

from . import export_columns, list_exports, permissions
from .models import LIST_EXPORT_TRANSITIONS, ExportPurpose, ListExport, ListExportState

DECIDED_WITHIN = 2  # working days
KEPT = dt.timedelta(days=7)  # that an export waits, and that its filters are kept after it


@transaction.atomic
def ask_for_export(
    list_name: str, query: str, data: Mapping[str, Any], *, actor: Any, conditions: str = ""
) -> ListExport:
    """Export the rows of the list `list_name` ("app.Model") that match `query`, and return the export.

    `data` holds `columns` (codes), `file_format`, `with_keys`, `purpose`, `note` and `numbers_note` (empty: numbers stay
    masked); `conditions` are the filters in words. It starts at once, unless it is about more than 500 persons: then another
    officer of the office agrees first. Raises NotAllowed for a list that `actor` does not have, ActionError `columns`,
    `purpose` and `note` at their fields.  (requirements P26)
    """
    model_admin = list_exports.admin_of(list_name)
    rows = list_exports.rows_of(model_admin, actor, query)
    columns = export_columns.chosen(model_admin, data["columns"])
    if not columns:
        raise ActionError(_("请至少选一栏。"), code="columns", field="columns")
    has_persons = list_exports.is_personal(columns)
    purpose, note = (data["purpose"], data["note"]) if has_persons else ("", "")
    numbers_note = data["numbers_note"] if any(column.whole for column in columns) else ""
    if has_persons:
        require_purpose(purpose, note)
    large = has_persons and rows.order_by()[: list_exports.LARGE + 1].count() > list_exports.LARGE
    return open_export(
        actor=actor,
        large=large,
        list_name=list_name,
        query=query,
        conditions=conditions,
        columns=[column.code for column in columns],
        file_format=data["file_format"],
        with_keys=data["with_keys"],
        purpose=purpose,
        note=note,
        numbers_note=numbers_note,
    )


@transaction.atomic
def open_export(*, actor: Any, large: bool, **asked: Any) -> ListExport:
    """Write an export that `actor` asked for, with the fields `asked`, and return it; a `large` one waits for a second officer.

    The caller has checked who `actor` is and what they may read. Raises ActionError("queue") as `jobs.start`.
    """
    export = ListExport(asked_by=actor, subdistrict_id=permissions.office_of(actor), **asked)
    if large:
        export.due_on = deadlines.due_on(clock.today(), DECIDED_WITHIN)
    else:
        export.state, export.job = ListExportState.STARTED, _job(export)
    export.save(force_insert=True)
    if large:
        audit.record("export.asked", export, actor=actor, reason=export.purpose)
    return export


def require_purpose(purpose: str, note: str) -> None:
    """Raise ActionError `purpose` or `note` at its field unless `purpose` says what data of persons are taken out for."""
    if purpose not in ExportPurpose.values:
        raise ActionError(_("这些栏目含个人信息，请选用途。"), code="purpose", field="purpose")
    if purpose == ExportPurpose.OTHER and not note.strip():
        raise ActionError(_("请写明用途。"), code="note", field="note")


def _job(export: ListExport) -> Any:
    return jobs.start("paper-file" if export.paper else "list-export", actor=export.asked_by, title=str(export))


@transaction.atomic
def agree_to_export(export: ListExport, *, actor: Any) -> ListExport:
    """Agree to a large export, which starts for who asked for it; return it.

    Raises NotAllowed for who asked and for another office, ActionError("state") when it does not wait any more.
    """
    export = lock(export)
    require(permissions.can_decide_export, actor, export)
    changes = {"decided_by": actor, "decided_at": clock.now(), "job": _job(export)}
    export = _move(export, ListExportState.STARTED, "export.agreed", actor, **changes)
    notify(export.asked_by, "staff/export_agreed", url=export.job.get_absolute_url(), export=export)
    return export


@transaction.atomic
def refuse_export(export: ListExport, *, reason: str, actor: Any) -> ListExport:
    """Refuse a large export; who asked for it reads `reason`. Raises as `agree_to_export`, and ActionError("reason")."""
    export = lock(export)
    require(permissions.can_decide_export, actor, export)
    changes = {"decided_by": actor, "decided_at": clock.now(), "reason": required_reason(reason)}
    export = _move(export, ListExportState.REFUSED, "export.refused", actor, **changes)
    notify(export.asked_by, "staff/export_refused", url=_url(export), export=export)
    return export


@transaction.atomic
def withdraw_export(export: ListExport, *, actor: Any) -> ListExport:
    """Withdraw an export that waits. Raises NotAllowed for others than who asked for it, ActionError("state")."""
    export = lock(export)
    require(permissions.can_withdraw_export, actor, export)
    return _move(export, ListExportState.WITHDRAWN, "export.withdrawn", actor, decided_at=clock.now())


def end_old_exports() -> None:
    """Withdraw exports that have waited for seven days, and empty the filters of those that ended seven days ago."""
    before = clock.now() - KEPT
    for export in ListExport.objects.filter(state=ListExportState.WAITING, asked_at__lt=before):
        _end_unanswered(export)
    ended = ListExport.objects.exclude(state=ListExportState.WAITING).filter(asked_at__lt=before)
    emptied = {"query": "", "conditions": "", "record": ""}
    ended.exclude(**emptied).exclude(decided_at__gte=before).update(**emptied)


@transaction.atomic
def _end_unanswered(export: ListExport) -> None:
    export = lock(export)
    if export.state == ListExportState.WAITING:
        _move(export, ListExportState.WITHDRAWN, "export.withdrawn", None, decided_at=clock.now())


def _move(export: ListExport, state: str, verb: str, actor: Any, **changes: Any) -> ListExport:
    return move(export, state, table=LIST_EXPORT_TRANSITIONS, actor=actor, verb=verb, user=export.asked_by, **changes)


def _url(export: ListExport) -> str:
    return reverse("admin:staff_decide", args=["list-export", export.public_id])
