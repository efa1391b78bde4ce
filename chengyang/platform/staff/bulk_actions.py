"""Work on many rows of a list: choosing, the summary, and doing and taking back as a job (docs/architecture.md, "Many at once").

Each row is done by the same action as alone, in the transaction of its step: a row that is refused leaves the others alone, and
a worker that is killed leaves no row half done.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed, optional_reason, required_reason
from chengyang.extensions import JobStep
from chengyang.platform.audit import following
from chengyang.platform.audit.transitions import lock, lock_parents
from chengyang.platform.jobs import actions as jobs

from .bulk_verbs import BulkVerb
from .list_exports import admin_of, rows_of
from .models import BulkRow, BulkRun
from .models.bulk import MESSAGE_LENGTH

MOST = 2_000  # rows of one run
BATCH = 20  # rows of one step
KEPT = dt.timedelta(days=7)  # from the preparation
State = BulkRow.State


# ---- choosing -------------------------------------------------------------------------------------------------------
@transaction.atomic
def choose_rows(list_name: str, rows: QuerySet, *, verb: BulkVerb | None, actor: Any) -> BulkRun:
    """Store which of `rows`, in their order, `actor` chose for `verb` (None: for no verb yet) and which of them allow it.

    Nothing is done yet. `rows` are limited to what `actor` may see. Raises ActionError("none") for no row and ("many") for more
    than MOST.
    """
    chosen = list(rows[: MOST + 1])
    if not chosen:
        raise ActionError(_("请先选几条。"), code="none")
    if len(chosen) > MOST:
        raise ActionError(_("一次最多办 %(n)s 条，请加条件分几次办。") % {"n": f"{MOST:,}"}, code="many")
    code, label = (verb.code, str(verb.label)) if verb else ("", "")
    run = BulkRun.objects.create(list_name=list_name, verb=code, label=label, officer=actor)
    if verb:
        columns = [*(f"{name}_id" for name in verb.locks), *verb.order]
        chosen.sort(key=lambda row: [getattr(row, column) or 0 for column in columns])
    seen = following.latest_of(chosen)
    BulkRow.objects.bulk_create(
        _row(run, place, row, verb, seen.get(following.key_of(row), 0)) for place, row in enumerate(chosen)
    )
    return run


def _row(run: BulkRun, place: int, row: Any, verb: BulkVerb | None, seen: int) -> BulkRow:
    why_not = str(verb.why_not(run.officer, row))[:MESSAGE_LENGTH] if verb else ""
    state = State.REFUSED if why_not else State.READY
    return BulkRow(run=run, place=place, object_id=row.pk, state=state, message=why_not, seen=seen)


def verb_of(run: BulkRun) -> BulkVerb | None:
    """Return the verb of `run`; None where its list does not have it any more."""
    return next((verb for verb in admin_of(run.list_name).bulk_verbs if verb.code == run.verb), None)


@transaction.atomic
def start_run(run: BulkRun, *, reason: str = "", values: Mapping[str, Any] | None = None, actor: Any) -> Any:
    """Start doing what was chosen as a job of `actor`, and return the job. `values` are the cleaned fields of the verb.

    Raises NotAllowed for somebody else's run, ActionError("started") when it was started already, ("none") when no row allows
    the verb, ("reason") and ("too_long") as `required_reason`.
    """
    run = lock(run)
    if run.officer_id != actor.pk:
        raise NotAllowed("bulk")
    verb = verb_of(run)
    if run.job_id or verb is None:
        raise ActionError(_("这一批已经开始办了。"), code="started", url=run.get_absolute_url())
    run.reason = required_reason(reason) if verb.needs_reason else optional_reason(reason)
    total = run.rows.filter(state=State.READY).count()
    if not total:
        raise ActionError(_("选的这些都不能这样办。"), code="none")
    run.values = _plain(values or {})
    title = _("%(list)s：%(verb)s %(n)d %(unit)s") % {
        "list": run.list_label,
        "verb": run.label,
        "n": total,
        "unit": verb.unit,
    }
    run.job = jobs.start("bulk", actor=actor, title=title, total=total)
    run.save(update_fields=["reason", "values", "job"])
    return run.job


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return cleaned values of form fields as they are stored: numbers and dates as text."""
    encoder = DjangoJSONEncoder()
    return {
        name: value if isinstance(value, str | int | bool) else encoder.default(value) for name, value in values.items()
    }


def cleaned_values(run: BulkRun, verb: BulkVerb) -> dict[str, Any]:
    """Return the stored values of `run` as the fields of `verb` clean them, and its reason where the verb needs one."""
    values = {name: field.clean(run.values.get(name)) for name, field in verb.fields().items()}
    return {**values, "reason": run.reason} if verb.needs_reason else values


# ---- steps ----------------------------------------------------------------------------------------------------------
def step(job: Any, cursor: Mapping[str, Any]) -> JobStep:
    """Do the next BATCH rows of a run, each by its action; a row that is refused says why."""
    run = BulkRun.objects.select_related("officer").get(job=job)
    verb = verb_of(run)
    if verb is None:
        raise ActionError(_("名单里已经没有这个办法了。"), code="verb")
    values = cleaned_values(run, verb)

    def act(entry: BulkRow, row: Any) -> None:
        if _moved(row, entry.seen):
            raise ActionError(_("你看过以后有了变化，没有办"), code="moved")
        verb.act(row, actor=run.officer, **values)
        entry.state, entry.message, entry.after = State.DONE, "", _last(row)

    rows = run.rows.filter(state=State.READY, place__gt=cursor.get("after", -1))
    return _step(job, run, rows, verb, act, State.FAILED)


def undo_step(job: Any, cursor: Mapping[str, Any]) -> JobStep:
    """Take back the next BATCH rows that a run has done, the last one first; a row on which somebody acted since stays."""
    run = BulkRun.objects.select_related("officer").get(job=job.undo_of)
    verb = verb_of(run)
    if verb is None or verb.undo is None:
        raise ActionError(_("这个任务现在不能撤销。"), code="undo")

    def act(entry: BulkRow, row: Any) -> None:
        if _moved(row, entry.after):
            raise ActionError(_("有人接着办了，不能撤销"), code="late")
        verb.undo(row, actor=run.officer)  # type: ignore[misc]
        entry.state, entry.message = State.UNDONE, ""

    rows = run.rows.filter(state=State.DONE, place__lt=cursor.get("after", MOST)).order_by("-place")
    return _step(job, run, rows, verb, act, State.DONE)


def url_of(job: Any) -> str:
    """Return the page with what became of each row; "" when it was deleted."""
    run = BulkRun.objects.filter(job=job.undo_of or job).first()
    return run.get_absolute_url() if run else ""


def can_undo(job: Any) -> bool:
    """Return whether something that the run of `job` did can be taken back."""
    run = BulkRun.objects.filter(job=job).first()
    verb = run and verb_of(run)
    return bool(verb and verb.undo and run.rows.filter(state=State.DONE).exists())


def _step(
    job: Any,
    run: BulkRun,
    rows: QuerySet[BulkRow],
    verb: BulkVerb,
    act: Callable[[BulkRow, Any], None],
    refused: str,
) -> JobStep:
    """Do `act(entry, row)` with the first entries of `rows`; one that is refused gets the state `refused` and its message."""
    entries = list(rows.select_for_update(no_key=True, of=("self",))[:BATCH])
    found = _found(run, entries, verb)
    for entry in entries:
        try:
            with transaction.atomic():
                if entry.object_id not in found:
                    raise ActionError(_("已经不在了，或者不归你管"), code="gone")
                act(entry, _locked(found[entry.object_id], verb))
        except (ActionError, NotAllowed) as refusal:
            message = refusal.message if isinstance(refusal, ActionError) else _("不由你办")
            entry.state, entry.message = refused, str(message)[:MESSAGE_LENGTH]
    BulkRow.objects.bulk_update(entries, ["state", "message", "after"])
    done = job.done + len(entries)
    more = {"after": entries[-1].place} if len(entries) == BATCH else None
    return JobStep(done=done, total=max(done, job.total or 0), cursor=more, message="" if more else _result(run))


def _found(run: BulkRun, entries: Sequence[BulkRow], verb: BulkVerb) -> dict[int, Any]:
    """Return the rows of `entries` by key, as the officer may see them now."""
    rows = rows_of(admin_of(run.list_name), run.officer, "").filter(pk__in=[entry.object_id for entry in entries])
    return {row.pk: row for row in rows.order_by().select_related(*dict.fromkeys([*verb.locks, *verb.related]))}


def _locked(row: Any, verb: BulkVerb) -> Any:
    """Return `row` read again and locked, after the rows that the action of `verb` locks before it."""
    if verb.lock_first:
        verb.lock_first(row)
    parents = lock_parents(row, verb.locks)
    row = lock(row)
    for path, parent in parents.items():
        if "__" not in path:
            setattr(row, path, parent)
    return row


def _moved(row: Any, since: int) -> bool:
    return following.changes_since([row], [since]).exists()


def _last(row: Any) -> int:
    return following.mark([row])[0]


def _result(run: BulkRun) -> str:
    """Return what became of the rows of a run, in words."""
    of = {state: run.rows.filter(state=state).count() for state in (State.DONE, State.FAILED, State.UNDONE)}
    words = {State.DONE: _("办好 %(n)d"), State.FAILED: _("没有办成 %(n)d"), State.UNDONE: _("撤销 %(n)d")}
    return "，".join(words[state] % {"n": number} for state, number in of.items() if number) + "。"


# ---- after its time -------------------------------------------------------------------------------------------------
def delete_old_runs() -> None:
    """Delete the runs that were prepared more than seven days ago; what they did stays."""
    BulkRun.objects.filter(prepared_at__lt=clock.now() - KEPT).delete()
