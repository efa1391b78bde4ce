"""Uploading a sheet, saying what its columns are, deciding on clashes, writing it, and taking it back."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock, extensions
from chengyang.errors import ActionError, optional_reason, require
from chengyang.platform.accounts.locks import advisory_lock
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock
from chengyang.platform.files import names
from chengyang.platform.jobs import actions as jobs
from chengyang.platform.jobs.models import Job
from chengyang.platform.jobs.runner import KEPT

from . import examining, permissions, reading, steps
from .models import UNDO_WITHIN, Import, ImportPart, Place, clear, get_rows, parts, put
from .states import IMPORT_BUSY, PORTAL, SHEET, ImportState, Outcome

FIELD = reading.FIELD
MOST_WAITING = 20  # sheets of an officer that were uploaded and not written
WAITING = (ImportState.READING, ImportState.MAPPING, ImportState.PREVIEW)


@transaction.atomic
def start_import(kind_code: str, upload: Any, *, actor: Any) -> Import:
    """Take the sheet `upload` (the value of a form's file field) of the kind `kind_code`; return the import, which a job reads.

    The contents are kept encrypted. Raises NotAllowed where `actor` may not import it, KeyError for an unknown kind, ActionError
    at the field `file`: `too_large`, `empty`, `password`, `active`, `bomb`, `broken`, `web`, `kind`, `many`, and `queue`.
    """
    kind = extensions.import_kind(kind_code)
    if kind is None:
        raise KeyError(kind_code)
    require(permissions.can_import, actor, kind)
    waiting = Import.objects.filter(owner=actor, state__in=WAITING).count()
    if waiting >= MOST_WAITING:
        text = _("你有 %(n)d 次导入还没有写入，请先写入，或者不导入了。") % {"n": waiting}
        raise ActionError(text, code="many", field=FIELD)
    data = _bytes(upload)
    reading.form_of(data)
    stem, extension = names.split(upload.name)
    owner = Import.objects.create(
        kind=kind_code,
        owner=actor,
        file_name=f"{stem[:100] or _('表格')}.{extension[:10] or 'csv'}",
        digest=hashlib.sha256(data).hexdigest(),
    )
    put(owner, Place.SOURCE, 0, data)
    audit.record("import.started", owner, actor=actor, user=actor)
    return _job(owner, steps.READ, _("读表：%(what)s"), actor)


def _bytes(upload: Any) -> bytes:
    most, data = settings.FILES_MAX_BYTES, bytearray()
    for chunk in upload.chunks():
        data += chunk
        if len(data) > most:
            text = _("文件超过 %(most)d MB，请拆成几张再上传。") % {"most": most // 1024 // 1024}
            raise ActionError(text, code="too_large", field=FIELD)
    return bytes(data)


def _job(owner: Import, code: str, title: str, actor: Any) -> Import:
    total = owner.writable or owner.rows or None
    owner.job = jobs.start(
        code, actor=actor, title=title % {"what": owner.kind_label}, arguments={"import": owner.pk}, total=total
    )
    owner.save(update_fields=["job"])
    return owner


@transaction.atomic
def set_mapping(owner: Import, mapping: Mapping[str, int], *, actor: Any) -> Import:
    """Say which column is which (code → place), and compare the rows anew. Return the import.

    Raises ActionError("columns") when a required column is missing or a place is named twice, ("state") while a job works on
    it or after it was written; NotAllowed for others.
    """
    owner = _locked(owner, actor, (ImportState.MAPPING, ImportState.PREVIEW))
    kind = owner.declared
    assert kind is not None, "_locked() refuses unknown kinds"
    known = {column.code for column in reading.all_columns(kind)}
    chosen = {code: place for code, place in mapping.items() if code in known and 0 <= place < len(owner.headers)}
    if lacking := reading.missing(kind, chosen):
        words = "、".join(str(column.header) for column in lacking)
        raise ActionError(_("还缺：%(words)s。") % {"words": words}, code="columns", field=lacking[0].code)
    if len(set(chosen.values())) < len(chosen):
        raise ActionError(_("一列只能当一项用。"), code="columns")
    owner.mapping, owner.choices = chosen, {}
    owner.save(update_fields=["mapping", "choices"])
    steps.move_to(owner, ImportState.READING, "import.mapped", actor=actor)
    return _job(owner, steps.READ, _("读表：%(what)s"), actor)


def compare_again(owner: Import, *, actor: Any) -> Import:
    """Compare the rows of a preview with the portal as it is now; raises as `set_mapping`."""
    return set_mapping(owner, owner.mapping, actor=actor)


@transaction.atomic
def mark(owner: Import, *, actor: Any) -> Job:
    """Start the job that writes the sheet again with what is wrong marked at its cells; return the job. Raises NotAllowed."""
    owner = lock(owner)
    require(permissions.can_steer, actor, owner)
    if not owner.has_cells:
        raise ActionError(_("超过七天，内容已经删除，请重新上传。"), code="state")
    title = _("标好的表：%(what)s") % {"what": owner.kind_label}
    return jobs.start(steps.MARK, actor=actor, title=title, arguments={"import": owner.pk}, total=owner.rows)


@transaction.atomic
def choose(owner: Import, sides: Mapping[int, str], *, actor: Any) -> Import:
    """Decide for the clashes in some rows (number → `sheet` or `portal`) which side counts; another text takes a decision back.

    A decision holds for the values that the preview shows; if they move again, the row is not written. Raises
    ActionError("row") when one of the rows has no clash, ("state"); NotAllowed.
    """
    owner = _locked(owner, actor, (ImportState.PREVIEW,))
    left = dict(sides)
    for block, counts in parts(owner, Place.DIFF):
        if not left or not counts.get(Outcome.CLASH):
            continue
        for row in get_rows(owner, Place.DIFF, block):
            if row.get("x") and (side := left.pop(row["n"], None)) is not None:
                owner.choices.pop(str(row["n"]), None)
                if side in (SHEET, PORTAL):
                    owner.choices[str(row["n"])] = {"use": side, "seen": examining.seen(row["x"])}
    if left:
        raise ActionError(_("这一行没有要定的。"), code="row")
    owner.save(update_fields=["choices"])
    return owner


@transaction.atomic
def write_import(owner: Import, *, whole: bool, note: str = "", actor: Any) -> Import:
    """Write the rows of a preview by a job; return the import.

    Without `whole`, the good rows are written. With it, all rows are written or none: one row that cannot be taken refuses it
    now, all are checked again before the first is written, and if one fails then, those written before are taken back by
    the same job. `note` is the reason that persons read whose rows change. Raises ActionError `again` while the same sheet is
    being written, `nothing`, `whole`, `note` and `state`; NotAllowed.
    """
    advisory_lock(f"import/{owner.kind}/{owner.digest}")
    owner = _locked(owner, actor, (ImportState.PREVIEW, ImportState.PAUSED))
    kind = owner.declared
    assert kind is not None, "_locked() refuses unknown kinds"
    if whole and owner.unwritable:
        text = _("还有 %(n)d 行不能写。改好整张表再来，或者只写没问题的。") % {"n": owner.unwritable}
        raise ActionError(text, code="whole")
    if not owner.writable:
        raise ActionError(_("没有要写的行。"), code="nothing")
    without_note = 0 if kind.note_for_new else owner.counts.get(Outcome.NEW, 0)
    if kind.asks_note and owner.writable > without_note and not note.strip():
        raise ActionError(_("请写为什么改，本人会看到。"), code="note", field="note")
    if Import.objects.filter(kind=owner.kind, digest=owner.digest, state=ImportState.WRITING).exists():
        raise ActionError(_("同一张表正在写入，请等它写完。"), code="again")
    owner.whole, owner.note = whole, optional_reason(note)
    owner.save(update_fields=["whole", "note"])
    steps.move_to(owner, ImportState.WRITING, "import.writing", actor=actor, message="")
    return _job(owner, steps.WRITE, _("写入：%(what)s"), actor)


@transaction.atomic
def undo_import(owner: Import, *, actor: Any) -> Import:
    """Take back what an import wrote, by a job, within thirty days; return the import.

    Rows on which something depends, and cells that somebody has changed since, stay and are named. Raises
    ActionError("undo") when nothing was written or the time is over, ("state"); NotAllowed.
    """
    owner = _locked(owner, actor, (ImportState.WRITTEN, ImportState.PAUSED))
    if not owner.can_be_undone:
        raise ActionError(_("超过 30 天，或者没有写过，不能撤销。"), code="undo")
    steps.move_to(owner, ImportState.UNDOING, "import.undoing", actor=actor, message="")
    return steps.start_undo(owner, actor=actor)


@transaction.atomic
def drop_import(owner: Import, *, actor: Any) -> Import:
    """Give up an import that was not written, and delete its contents; return it. Raises ActionError("state"), NotAllowed."""
    owner = _locked(owner, actor, (ImportState.MAPPING, ImportState.PREVIEW))
    reading.discard(owner)
    changes = {"message": _("已放弃，内容已经删除。"), "emptied_at": clock.now()}
    return steps.move_to(owner, ImportState.REFUSED, "import.dropped", actor=actor, **changes)


def _locked(owner: Import, actor: Any, states: tuple[str, ...]) -> Import:
    owner = lock(owner)
    require(permissions.can_steer, actor, owner)
    if owner.state not in states:
        text = (
            _("正在办，请等它办完。")
            if owner.state in IMPORT_BUSY
            else _("现在是“%(state)s”，不能这样做。") % {"state": owner.get_state_display()}
        )
        raise ActionError(text, code="state")
    if owner.emptied_at and owner.state != ImportState.WRITTEN:
        raise ActionError(_("超过七天，内容已经删除，请重新上传。"), code="state")
    return owner


# ---- what is deleted after its time ---------------------------------------------------------------------------------
@transaction.atomic
def empty_old() -> int:
    """Delete the sheets of imports after seven days, what they wrote after thirty; return how many were emptied."""
    now = clock.now()
    due = Import.objects.exclude(state__in=IMPORT_BUSY).select_for_update(skip_locked=True, no_key=True)
    for owner in due.filter(emptied_at__isnull=True, created_at__lt=now - KEPT):
        clear(owner, Place.SOURCE, Place.CELLS, Place.DIFF, Place.SEEN)
        # The headers may be the first row of persons, where none was known; a message may name somebody.
        owner.emptied_at, owner.choices, owner.headers, owner.notes, owner.message = now, {}, [], [], ""
        owner.save(update_fields=["emptied_at", "choices", "headers", "notes", "message"])
    old = Import.objects.filter(emptied_at__isnull=False, created_at__lt=now - UNDO_WITHIN - KEPT)
    return ImportPart.objects.filter(owner__in=old.values("pk")).delete()[0]


@transaction.atomic
def delete_imports_of(user: Any, actor: Any) -> None:
    """Delete the imports of an account that is closed; for the slot `account_rows`."""
    Import.objects.filter(owner=user).delete()
