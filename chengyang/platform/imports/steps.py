"""The steps of the jobs of an import: reading, comparing, writing, and taking back.

Every step is one transaction with its cursor (`jobs.runner`): a worker that is killed leaves nothing half done, and a block
that has its part `result` is never written again.
"""

import array
import gc
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed, require
from chengyang.extensions import ImportKind, ImportRow, JobStep
from chengyang.platform.audit import readings
from chengyang.platform.audit.transitions import lock, move
from chengyang.platform.jobs import actions as jobs
from chengyang.platform.sheets.incoming import match_headers

from . import permissions, reading
from .examining import ROW, agreed, examine, stored
from .models import Import, Place, clear, get, get_rows, last_of, parts, put, put_rows
from .states import IMPORT_TRANSITIONS, ImportState, Outcome, Result

READ, WRITE, UNDO, MARK = "sheet-read", "sheet-write", "sheet-undo", "sheet-marked"  # codes of the kinds of jobs
BLOCKS_OF_STEP = 6  # blocks that are compared in a step
WRITTEN_OUTCOMES = (Outcome.NEW, Outcome.CHANGED, Outcome.CLASH)


class _Whole(Exception):
    """A row was not written, and all or nothing was asked for; the argument says which row and why."""


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collector of cycles off: a step makes a million objects without any, which it would look through again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def owner_of(job: Any) -> tuple[Import, ImportKind]:
    """Return the import of `job` and its kind. Raises ActionError("gone"), NotAllowed where its owner may not import any more."""
    owner = Import.objects.filter(pk=job.arguments.get("import")).select_related("owner").first()
    if owner is None or owner.declared is None:
        raise ActionError(_("这次导入已经删除。"), code="gone")
    require(permissions.can_import, job.owner, owner.declared)
    return owner, owner.declared


def move_to(owner: Import, state: str, verb: str, *, actor: Any, **changes: Any) -> Import:
    """Move the locked `owner` to `state`, with an audit entry."""
    return move(owner, state, table=IMPORT_TRANSITIONS, actor=actor, verb=verb, user=owner.owner, **changes)


# ---- reading --------------------------------------------------------------------------------------------------------
@_uncollected()
def read(job: Any, cursor: dict[str, Any]) -> JobStep:
    """Read the upload, then compare its rows with the portal, some blocks in a step."""
    owner, kind = owner_of(job)
    owner = lock(owner)
    if owner.state != ImportState.READING:
        return JobStep(done=0, cursor=None)
    if not cursor and not owner.mapping:
        try:
            with transaction.atomic():
                return _read_cells(owner, kind)
        except ActionError as error:
            return refuse(owner, error)
    return _compare_blocks(owner, kind, job.owner, cursor.get("block", 0))


def refuse(owner: Import, error: ActionError) -> JobStep:
    """End an import whose file cannot be read, and delete what was uploaded."""
    reading.discard(owner)
    move_to(owner, ImportState.REFUSED, "import.refused", actor=owner.owner, message=str(error.message)[:500])
    return JobStep(done=0, cursor=None, message=error.message)


def _read_cells(owner: Import, kind: ImportKind) -> JobStep:
    head, rows = reading.store_cells(owner, kind)
    mapping, twice = match_headers(head.headers, reading.all_columns(kind))
    hidden = [head.headers[place] for place in head.hidden if place < len(head.headers) and head.headers[place]]
    notes = head.notes + [_("“%(name)s”是隐藏的列，一起读了。") % {"name": name} for name in hidden]
    notes += [_("“%(name)s”出现了两次，读左边那一列。") % {"name": name} for name in twice]
    owner.sheet, owner.header_row, owner.headers = head.sheet, head.row, head.headers
    owner.mapping, owner.notes, owner.rows = mapping, notes[:20], rows
    owner.save(update_fields=["sheet", "header_row", "headers", "mapping", "notes", "rows"])
    if reading.missing(kind, mapping):
        move_to(owner, ImportState.MAPPING, "import.prepared", actor=owner.owner)
        return JobStep(done=0, total=rows, cursor=None, message=_("有的列没有认出来，请对列。"))
    return JobStep(done=0, total=rows, cursor={"block": 0})


def _compare_blocks(owner: Import, kind: ImportKind, user: Any, first: int) -> JobStep:
    last = last_of(owner, Place.CELLS)
    seen = _Seen(owner, fresh=first == 0)
    if first == 0:
        clear(owner, Place.DIFF)
    done = 0
    for number in range(first, min(first + BLOCKS_OF_STEP, last + 1)):
        raw = _without_example(kind, owner.mapping, get_rows(owner, Place.CELLS, number), is_first=number == 0)
        rows = examine(kind, owner.mapping, raw, user, choices=owner.choices)
        seen.mark(kind, rows)
        people = [kind.concerns(row.found) for row in rows if row.found is not None]
        readings.record("sheet.read", people, actor=user, subject=Import)
        counts = Counter(str(row.outcome) for row in rows)
        put_rows(owner, Place.DIFF, number, [stored(kind, row) for row in rows], counts)
        done = number + 1
    seen.store()
    if done <= last:
        return JobStep(done=owner.rows * done // (last + 1), total=owner.rows, cursor={"block": done})
    owner.counts = totals(owner, Place.DIFF)
    owner.save(update_fields=["counts"])
    clear(owner, Place.SEEN)
    move_to(owner, ImportState.PREVIEW, "import.prepared", actor=owner.owner, message="")
    return JobStep(done=owner.rows, total=owner.rows, cursor=None, message=_("读完了，请看预览。"))


def totals(owner: Import, place: str) -> dict[str, int]:
    """Return outcome → number of rows at `place`."""
    found: Counter[str] = Counter()
    for _number, counts in parts(owner, place):
        found.update(counts)
    return dict(found)


def _without_example(kind: ImportKind, mapping: Mapping[str, int], raw: list[Any], *, is_first: bool) -> list[Any]:
    """Return the rows without the example of the template, which stands in its first row."""
    if not (is_first and raw):
        return raw
    cells = raw[0][1]
    shown = {
        column.code: (str(cells[mapping[column.code]]) if mapping[column.code] < len(cells) else "")
        for column in kind.columns
        if column.code in mapping and column.example
    }
    examples = {column.code: column.example for column in kind.columns if column.code in shown}
    return raw[1:] if len(examples) > 1 and shown == examples else raw


class _Seen:
    """The identities of the rows compared so far, so that a second row about the same thing is found in a later step, too."""

    def __init__(self, owner: Import, *, fresh: bool) -> None:
        self.owner = owner
        packed = b"" if fresh else (get(owner, Place.SEEN, 0) or b"")
        numbers = array.array("q")
        numbers.frombytes(packed)
        self.rows = dict(zip(numbers[::2], numbers[1::2], strict=True))

    def mark(self, kind: ImportKind, rows: Sequence[ImportRow]) -> None:
        """Refuse each row whose identity another row has had."""
        for row in rows:
            identity = "" if row.problems else kind.identity(row)
            if not identity:
                continue
            digest = hashlib.blake2b(identity.encode(), digest_size=8).digest()
            earlier = self.rows.setdefault(int.from_bytes(digest, "big", signed=True), row.number)
            if earlier != row.number:
                row.problems = {ROW: _("和表里第 %(n)d 行说的是同一项，只留一行。") % {"n": earlier}}
                row.outcome, row.changes, row.clashes = Outcome.REFUSED, {}, {}

    def store(self) -> None:
        numbers = array.array("q", [number for pair in self.rows.items() for number in pair])
        put(self.owner, Place.SEEN, 0, numbers.tobytes())


# ---- writing --------------------------------------------------------------------------------------------------------
@_uncollected()
def write(job: Any, cursor: dict[str, Any]) -> JobStep:
    """Write the rows block by block. With `whole`, all rows are checked again first, and a row that fails takes all back."""
    owner, kind = owner_of(job)
    owner = lock(owner)
    if owner.state not in (ImportState.WRITING, ImportState.UNDOING):
        return JobStep(done=job.done, cursor=None, message=_("这次导入已经停下，请到它的页面接着办。"))
    phase, block = cursor.get("phase", "check" if owner.whole else "write"), cursor.get("block", 0)
    if owner.state == ImportState.UNDOING:
        return _take_back_block(owner, kind, job, cursor)
    if phase == "check":
        return _check_block(owner, kind, job, block)
    return _write_block(owner, kind, job, block)


def _check_block(owner: Import, kind: ImportKind, job: Any, block: int) -> JobStep:
    last = last_of(owner, Place.DIFF)
    if block > last:
        return JobStep(done=0, total=owner.writable, cursor={"phase": "write", "block": 0})
    before, raw = _writable_of(owner, block)
    rows = examine(kind, owner.mapping, raw, job.owner, choices=owner.choices)
    answers = ((row, agreed(kind, before[row.number], row)) for row in rows)
    if moved := next(((row, why) for row, why in answers if why), None):
        row, why = moved
        text = _("第 %(n)d 行：%(why)s一行也没有写。") % {"n": row.number, "why": why}
        move_to(owner, ImportState.PREVIEW, "import.stopped", actor=owner.owner, message=text[:500])
        return JobStep(done=0, cursor=None, message=_("第 %(n)d 行不能写，一行也没有写。") % {"n": row.number})
    return JobStep(done=0, total=owner.writable, cursor={"phase": "check", "block": block + 1})


def _writable_of(owner: Import, block: int) -> tuple[dict[int, Any], list[Any]]:
    """Return (number → stored row of the preview, raw rows) of the rows of a block that are to be written."""
    before = {row["n"]: row for row in get_rows(owner, Place.DIFF, block) if row["o"] in WRITTEN_OUTCOMES}
    raw = [row for row in get_rows(owner, Place.CELLS, block) if row[0] in before] if before else []
    return before, raw


def _write_block(owner: Import, kind: ImportKind, job: Any, block: int) -> JobStep:
    if block > last_of(owner, Place.DIFF):
        return _finish_writing(owner, job)
    if get(owner, Place.RESULT, block) is None:
        try:
            with transaction.atomic():
                results = _write_rows(owner, kind, job.owner, block)
        except _Whole as stop:
            return _stop_whole(owner, job, block, str(stop))
        counts = Counter(str(row["r"]) for row in results)
        put_rows(owner, Place.RESULT, block, results, counts)
    written = totals(owner, Place.RESULT)
    done = written.get(Result.MADE, 0) + written.get(Result.CHANGED, 0)
    return JobStep(done=done, total=owner.writable, cursor={"phase": "write", "block": block + 1})


def _write_rows(owner: Import, kind: ImportKind, user: Any, block: int) -> list[dict[str, Any]]:
    """Write the rows of a block that are still as the preview said; return what became of each."""
    before, raw = _writable_of(owner, block)
    kind.lock([before[number]["l"] for number, _cells in raw])
    rows = examine(kind, owner.mapping, raw, user, choices=owner.choices)
    results: dict[int, dict[str, Any]] = {}
    todo: dict[str, list[ImportRow]] = {Outcome.NEW: [], Outcome.CHANGED: []}
    for row in rows:
        why = agreed(kind, before[row.number], row)
        if why:
            results[row.number] = {"n": row.number, "r": Result.REFUSED, "why": why}
        elif row.outcome in todo:
            todo[row.outcome].append(row)
        else:
            results[row.number] = {"n": row.number, "r": Result.LEFT}
    for outcome, act, result in (
        (Outcome.NEW, kind.create, Result.MADE),
        (Outcome.CHANGED, kind.change, Result.CHANGED),
    ):
        for row, made in zip(
            todo[outcome], act(todo[outcome], actor=user, note=owner.note) if todo[outcome] else [], strict=True
        ):
            results[row.number] = _result(row, made, result)
    if owner.whole and (bad := next((one for one in results.values() if one["r"] == Result.REFUSED), None)):
        raise _Whole(_("第 %(n)d 行：%(why)s") % {"n": bad["n"], "why": bad["why"]})
    return [results[number] for number in sorted(results)]


def _result(row: ImportRow, made: Any, result: str) -> dict[str, Any]:
    if isinstance(made, (ActionError, NotAllowed)):
        why = made.message if isinstance(made, ActionError) else _("你不能办这一行。")
        return {"n": row.number, "r": Result.REFUSED, "why": str(why)}
    return {"n": row.number, "r": result, "k": made.pk, **({"d": row.changes} if row.changes else {})}


def _finish_writing(owner: Import, job: Any) -> JobStep:
    results = totals(owner, Place.RESULT)
    owner = move_to(
        owner,
        ImportState.WRITTEN,
        "import.written",
        actor=owner.owner,
        written_at=clock.now(),
        results=results,
        message="",
    )
    text = _("写入 %(n)d 行。") % {"n": owner.written}
    if left := results.get(Result.REFUSED, 0):
        text += _("%(n)d 行没有写，原因在预览里。") % {"n": left}
    return JobStep(done=owner.written, total=owner.writable, cursor=None, message=text)


def _stop_whole(owner: Import, job: Any, block: int, why: str) -> JobStep:
    """Begin to take back what the blocks before have written, because a row of this one failed."""
    text = _("有一行没有写成，正在把写了的撤回。")  # the page of the import says which one and why
    move_to(owner, ImportState.UNDOING, "import.stopped", actor=owner.owner, message=why[:500], written_at=clock.now())
    return JobStep(done=job.done, cursor={"phase": "back", "block": block - 1}, message=text)


# ---- taking back ----------------------------------------------------------------------------------------------------
def undo(job: Any, cursor: dict[str, Any]) -> JobStep:
    """Take back what an import wrote, the last block first."""
    owner, kind = owner_of(job)
    owner = lock(owner)
    if owner.state != ImportState.UNDOING:
        return JobStep(done=job.done, cursor=None)
    return _take_back_block(owner, kind, job, cursor)


def _take_back_block(owner: Import, kind: ImportKind, job: Any, cursor: Mapping[str, Any]) -> JobStep:
    block = cursor.get("block", last_of(owner, Place.RESULT))
    kept = cursor.get("kept", 0)
    if block < 0:
        return _finish_undo(owner, job, kept)
    rows = get_rows(owner, Place.RESULT, block)
    results = take_back(kind, rows, actor=job.owner, note=_("撤销导入：%(name)s") % {"name": owner.file_name})
    left = sum(1 for row in results if row.get("u"))
    back = sum(1 for row in results if row["r"] in (Result.MADE, Result.CHANGED)) - left
    put_rows(owner, Place.RESULT, block, results, Counter(str(row["r"]) for row in results))
    return JobStep(
        done=job.done + back if job.kind == UNDO else job.done,
        cursor={"phase": "back", "block": block - 1, "kept": kept + left},
    )


def take_back(kind: ImportKind, results: list[dict[str, Any]], *, actor: Any, note: str) -> list[dict[str, Any]]:
    """Take back the rows of `results`; return them, those that stay with the reason (`u`)."""
    written = [row for row in results if row["r"] in (Result.MADE, Result.CHANGED)]
    found = kind.stored([row["k"] for row in written])
    columns = {column.code: column for column in kind.columns}
    made, changed = [], []
    for row in written:
        row.pop("u", None)
        if (now := found.get(row["k"])) is None:
            row["u"] = _("已经没有了。") if row["r"] == Result.CHANGED else ""
        elif row["r"] == Result.MADE:
            made.append((row, now))
        else:
            _plan_return(columns, row, now, changed)
    answers = kind.take_back([now for _row, now in made], actor=actor, note=note) if made else []
    for (row, _now), answer in zip(made, answers, strict=True):
        row["u"] = _why(answer)
    answers = kind.change([plan for _row, plan in changed], actor=actor, note=note) if changed else []
    for (row, _plan), answer in zip(changed, answers, strict=True):
        row["u"] = row.get("u") or _why(answer)
    return results


def _plan_return(columns: Mapping[str, Any], row: dict[str, Any], now: Any, changed: list[Any]) -> None:
    """Add to `changed` what sets the cells back that still are as the import left them; the others stay and are named."""
    plan = ImportRow(row["n"], found=now)
    moved = []
    for code, (before, after) in row.get("d", {}).items():
        column = columns.get(code)
        if column is None or column.now(now) != after:
            moved.append(str(column.header) if column else code)
            continue
        plan.values[code] = column.type.parse(before) if before else None
        plan.changes[code] = (after, before)
    if moved:
        row["u"] = _("后来又有人改过%(what)s，没有改回。") % {"what": "、".join(moved)}
    if plan.changes:
        changed.append((row, plan))


def _why(answer: Any) -> str:
    if isinstance(answer, ActionError):
        return str(answer.message)
    return _("你不能办这一行。") if isinstance(answer, NotAllowed) else ""


def _finish_undo(owner: Import, job: Any, kept: int) -> JobStep:
    was_stopped = owner.whole and job.kind != UNDO
    text = _("已全部撤回，和原来一样。") if not kept else _("已撤回，%(n)d 行后来有了变化，留着没有动。") % {"n": kept}
    message = (
        f"{owner.message}{text}" if was_stopped else text
    )  # the reason may name somebody: only here, for seven days
    move_to(owner, ImportState.UNDONE, "import.undone", actor=owner.owner, undone_at=clock.now(), message=message[:500])
    return JobStep(done=job.done, cursor=None, message=text)


# ---- ends that no step chose ----------------------------------------------------------------------------------------
def on_end(job: Any) -> None:
    """Leave the import where its owner can go on, when its job was cancelled or has failed; all or nothing is taken back."""
    owner = Import.objects.filter(pk=job.arguments.get("import"), job=job).first()
    if owner is None or not owner.is_busy or job.state == "done":
        return
    owner = lock(owner)
    if owner.state == ImportState.READING:
        reading.discard(owner)
        move_to(owner, ImportState.REFUSED, "import.refused", actor=job.owner, message=job.message or _("已取消。"))
        return
    changes = {"results": totals(owner, Place.RESULT), "written_at": owner.written_at or clock.now()}
    if owner.whole and owner.state == ImportState.WRITING:
        owner = move_to(owner, ImportState.UNDOING, "import.stopped", actor=job.owner, message=_("停下了。"), **changes)
        start_undo(owner, actor=job.owner)
    else:
        move_to(owner, ImportState.PAUSED, "import.stopped", actor=job.owner, message=job.message, **changes)


def start_undo(owner: Import, *, actor: Any) -> Import:
    """Start the job that takes back what `owner` (locked) has written."""
    title = _("撤销导入：%(what)s") % {"what": owner.kind_label}
    owner.job = jobs.start(UNDO, actor=actor, title=title, arguments={"import": owner.pk}, total=owner.written)
    owner.save(update_fields=["job"])
    return owner
