"""Exports of lists: which rows and columns, and the steps of the job that writes the file (docs/architecture.md, "Lists out").

The rows are read anew in each step, as their owner may see them then, by keyset in the order of the list: two thousand at a
time, so that neither the number of rows nor a killed worker matters.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Model, QuerySet, Sum
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.extensions import JobStep
from chengyang.lib.chinese import dates
from chengyang.platform.accounts import alarms, limits
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import readings
from chengyang.platform.jobs import results
from chengyang.platform.sheets import csv_text, workbook
from chengyang.platform.sheets.columns import KEY_HEADER, VERSION_HEADER, Column, cells, converter, key_of, version_of
from chengyang.platform.web import paging

from . import export_columns
from .listing import listed_rows
from .models import ExportFormat, ListExport, ListExportState

BATCH = 2_000  # rows of one step
LARGE = 500  # persons; above that a second officer agrees


@dataclass(frozen=True)
class Sheet:
    """What one export reads: the rows of its list in their order, as the owner may see them now, and the chosen columns."""

    export: ListExport
    owner: Any
    model_admin: Any
    rows: QuerySet
    order: list[str]
    columns: list[Column]

    @property
    def has_persons(self) -> bool:
        return is_personal(self.columns)

    @property
    def reader(self) -> Any:
        """The account that reads whole numbers; None where they stay masked."""
        return self.owner if self.export.numbers_note else None

    @property
    def written(self) -> list[Column]:
        """The columns of the file: with key and version of each row where they are asked for."""
        keys = [
            Column("row_key", KEY_HEADER, key_of, width=14),
            Column("row_version", VERSION_HEADER, key_of, width=18),
        ]
        return [*keys, *self.columns] if self.export.with_keys else self.columns

    def cells(self, row: Any) -> list[Any]:
        values = cells(row, self.columns, reader=self.reader)
        if not self.export.with_keys:
            return values
        return [key_of(row), version_of([column.code for column in self.columns], values), *values]


def is_personal(columns: list[Column]) -> bool:
    """Return whether one of `columns` is data of persons: then the export has a purpose, and they read of it."""
    return any(column.personal for column in columns)


def admin_of(list_name: str) -> Any:
    """Return the admin of the list `list_name` ("app.Model"). Raises KeyError for a table without one."""
    return {model._meta.label: found for model, found in admin.site._registry.items()}[list_name]


def rows_of(model_admin: Any, user: Any, query: str) -> QuerySet:
    """Return the rows of a list that match `query`, as `user` may see them now.

    Raises NotAllowed where `user` has no such list, ActionError("filter") for a filter that means nothing any more.
    """
    request = HttpRequest()
    request.method, request.user = "GET", user  # type: ignore[assignment]
    if not model_admin.has_view_permission(request):
        raise NotAllowed("export")
    try:
        return listed_rows(model_admin, request, query)
    except (ValueError, IncorrectLookupParameters):
        raise ActionError(_("名单的条件已经变了，请回到名单重新导出。"), code="filter") from None


def sheet_of(export: ListExport, owner: Any) -> Sheet:
    """Return what `export` reads now for its `owner`. Raises as `rows_of`."""
    model_admin = admin_of(export.list_name)
    rows = rows_of(model_admin, owner, export.query)
    columns = export_columns.chosen(model_admin, export.columns)
    order = [str(name) for name in rows.query.order_by]
    related = [*(model_admin.list_select_related or ()), *export_columns.related_of(columns)]
    rows = rows.select_related(*dict.fromkeys(related)) if related else rows.select_related(None)
    return Sheet(export, owner, model_admin, rows, order, columns)


# ---- steps ----------------------------------------------------------------------------------------------------------
def step(job: Any, cursor: dict[str, Any]) -> JobStep:
    """Do one step of an export: count, then the next BATCH rows, and at the end the file."""
    export = ListExport.objects.select_related("decided_by").get(job=job)
    sheet = sheet_of(export, job.owner)
    if not cursor:
        return _begin(job, sheet)
    return _write_file(job, sheet, cursor["read"]) if cursor.get("ends") else _read(job, sheet, cursor)


def _begin(job: Any, sheet: Sheet) -> JobStep:
    total = sheet.rows.order_by().count()
    if sheet.has_persons and total > LARGE and sheet.export.decided_by_id is None:
        raise ActionError(_("现在超过 %(n)d 人了，要请同事同意，请回到名单重新导出。") % {"n": LARGE}, code="large")
    if sheet.export.file_format == ExportFormat.XLSX and total > workbook.MOST_ROWS:
        raise ActionError(_("一张工作表放不下这么多行，请选 CSV，或者加条件分几次导出。"), code="rows")
    ListExport.objects.filter(pk=sheet.export.pk).update(rows=total)
    if sheet.has_persons:
        watch(sheet.owner, whole_numbers=total if sheet.reader is not None else 0)
    if sheet.export.file_format == ExportFormat.CSV:
        results.append(job, zlib.compress(csv_text.head(sheet.written), 1))
    return JobStep(done=0, total=total, cursor={"after": "", "read": 0, "ends": not total})


def watch(owner: Any, *, whole_numbers: int) -> None:
    """Raise an alarm for an officer who takes out unusually many persons or whole numbers (requirements S20)."""
    since = clock.now() - limits.DAY
    today = ListExport.objects.filter(asked_by=owner, state=ListExportState.STARTED, asked_at__gt=since)
    persons = today.exclude(purpose="").aggregate(sum=Sum("rows"))["sum"] or 0
    alarms.raise_from(alarms.PERSONS_EXPORTED, owner, persons)
    alarms.raise_from(alarms.NUMBERS_READ, owner, whole_numbers)


def _read(job: Any, sheet: Sheet, cursor: dict[str, Any]) -> JobStep:
    values, people, after = (
        plain_rows(sheet, cursor["after"]) if is_plain(sheet) else whole_rows(sheet, cursor["after"])
    )
    if sheet.export.file_format == ExportFormat.CSV:
        results.append(job, zlib.compress(csv_text.part(values), 1))
    else:
        results.append(job, workbook.part(sheet.written, cursor["read"], values))
    if people:
        model, began = sheet.model_admin.model, job.started_at
        readings.record_ids("list.exported", people, actor=sheet.owner, subject=model, since=began)
    read = cursor["read"] + len(values)
    return JobStep(done=read, total=max(read, job.total or 0), cursor={"after": after, "read": read, "ends": not after})


def whole_rows(sheet: Sheet, after: str) -> tuple[list[list[Any]], set[tuple[str, str]], str]:
    """Return the cells of the next rows, the public ids of the people whose data they are, and the next cursor."""
    found, after = paging.following(sheet.rows, sheet.order, after, BATCH)
    people: set[tuple[str, str]] = set()
    if sheet.has_persons and (person_of := sheet.model_admin.people_of):
        people = readings.ids_of((person_of(row) for row in found), actor=sheet.owner)
    return [sheet.cells(row) for row in found], people, after


def is_plain(sheet: Sheet) -> bool:
    """Return whether the rows can be read without objects: all columns and the people are at paths."""
    has_people = not sheet.has_persons or sheet.model_admin.people_of is None or sheet.model_admin.export_people
    is_masked = any(column.whole for column in sheet.columns) and sheet.reader is not None
    return bool(has_people) and not is_masked and not sheet.export.with_keys and all(c.reads for c in sheet.columns)


def plain_rows(sheet: Sheet, after: str) -> tuple[list[list[Any]], set[tuple[str, str]], str]:
    """As `whole_rows`, from plain columns: a third of the time, which is what most of an export of many rows takes."""
    who = sheet.model_admin.export_people if sheet.has_persons and sheet.model_admin.people_of else ()
    names = [name for column in sheet.columns for name in column.reads]
    found, after = paging.following_values(
        sheet.rows.select_related(None),
        sheet.order,
        after,
        BATCH,
        [*names, *(f"{path}__public_id".removeprefix("__") for path in who)],
    )
    people = _people_at(sheet, who, [row[len(names) :] for row in found]) if who else set()
    read = [list(values) for values in zip(*found, strict=True)] or [[] for _name in names]
    columns, place = [], 0
    for column in sheet.columns:
        many = len(column.reads)
        columns.append(_plain_column(sheet.model_admin.model, column, read[place : place + many]))
        place += many
    return [list(row) for row in zip(*columns, strict=True)], people, after


def _plain_column(model: type[Model], column: Column, read: list[list[Any]]) -> list[Any]:
    """Return the cells of one column from the values at its paths; column by column is twice as fast as row by row."""
    named = [_named(model, path, values) for path, values in zip(column.reads, read, strict=True)]
    convert = converter(column.kind)
    return [convert(value) for value in map(column.make, *named)]  # type: ignore[arg-type]


def _named(model: type[Model], path: str, values: list[Any]) -> list[Any]:
    """Return `values`; where `path` leads to a foreign key, the texts of the rows that it leads to."""
    found = export_columns.field_at(model, path)
    if found is None or not found[1].is_relation:
        return values
    rows = found[1].related_model._base_manager.in_bulk(set(values) - {None}, field_name=found[1].target_field.name)
    texts = {pk: str(row) for pk, row in rows.items()}
    return [texts.get(value) for value in values]


def _people_at(sheet: Sheet, who: Sequence[str], ids: list[tuple[Any, ...]]) -> set[tuple[str, str]]:
    """Return the first person or account of each row, by public id, without the owner's own."""
    own = {sheet.owner.public_id, getattr(getattr(sheet.owner, "person", None), "public_id", "")}
    models = [export_columns.model_at(sheet.model_admin.model, path) for path in who]
    places = [model._meta.label == "accounts.User" for model in models]
    firsts = ((next((at for at, value in enumerate(row) if value), None), row) for row in ids)
    found = {(places[at], row[at]) for at, row in firsts if at is not None and row[at] not in own}
    return {("", number) if is_account else (number, "") for is_account, number in found}


def _write_file(job: Any, sheet: Sheet, read: int) -> JobStep:
    label, parts = str(sheet.export.list_label), results.working_parts(job)
    if sheet.export.file_format == ExportFormat.CSV:
        chunks, kind = (zlib.decompress(part) for part in parts), csv_text.CONTENT_TYPE
    else:
        written = notes(sheet, read)
        chunks, kind = (
            workbook.whole(sheet.written, parts, rows=read, title=label, notes=written),
            workbook.CONTENT_TYPE,
        )
    name = f"{label} {clock.now():%Y-%m-%d %H%M}.{sheet.export.file_format}"
    results.finish(job, chunks, name=name, content_type=kind)
    ListExport.objects.filter(pk=sheet.export.pk).update(rows=read)
    fields = [column.code.strip("_") for column in sheet.columns]
    purpose = sheet.export.purpose
    audit.record("list.exported", sheet.model_admin.model, actor=sheet.owner, fields=fields, reason=purpose)
    return JobStep(done=read, total=read, cursor=None)


def notes(sheet: Sheet, read: int) -> list[tuple[Any, Any]]:
    """Return the lines of the sheet 说明: who, when, what for, which rows, how many."""
    export = sheet.export
    purpose = "：".join(filter(None, [export.get_purpose_display(), export.note]))
    found = [
        (_("名单"), export.list_label),
        (_("导出人"), _("%(who)s（账号编号 %(number)s）") % {"who": sheet.owner, "number": sheet.owner.public_id}),
        (_("时间"), dates.stamp(clock.now())),
        (_("用途"), purpose or _("不含个人信息，没有填用途")),
        (_("条件"), export.conditions or _("全部，没有加条件")),
        (_("条数"), f"{read:,}"),
        (_("栏目"), "、".join(str(column.header) for column in sheet.columns)),
    ]
    if export.numbers_note:
        found.append((_("为什么要完整号码"), export.numbers_note))
    if export.decided_by:
        found.append((_("同意人"), f"{export.decided_by}，{dates.stamp(export.decided_at)}"))
    if sheet.has_persons:
        found.append(
            (_("请注意"), _("含个人信息：只用于上面写的用途，用完请删除。名单里的人能在“我的数据”看到这次导出。"))
        )
    return found


def query_of(text: str) -> str:
    """Return the query string of a list without what names a page of it."""
    kept = QueryDict(text[:1000], mutable=True)
    for name in ("after", "before", "rows", "p"):
        kept.pop(name, None)
    return kept.urlencode()
