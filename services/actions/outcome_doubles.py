"""疑似重复: pairs of outcomes that may be the same thing are found, linked (counted once) or kept apart by an officer."""

from typing import Any

from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock, move, step_back
from chengyang.platform.notices.actions import notify
from chengyang.platform.workdays import deadlines

from .. import permissions
from ..likeness import NEAR, Values, signs_of
from ..models import Outcome, OutcomeDouble
from ..states import DOUBLE_TRANSITIONS, DoubleState, OutcomeState

LEDGER_LOCK = 0x73766C64  # "svld": of two outcomes that are reported at the same moment the second one reads the first
DECIDE_DAYS = 5  # working days until somebody should have decided on a pair
READ_AT_ONCE = 500  # outcomes that are compared; all of a kind in four weeks are


def lock_ledger() -> None:
    """Wait until nobody else adds an outcome; holds until the transaction ends. Rows of outcomes are locked before, not after."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LEDGER_LOCK])


def find_doubles(outcome: Outcome, *, leave_out: Any = ()) -> None:
    """Note the outcomes that may be the same thing as `outcome`, without the keys `leave_out`; the caller has `lock_ledger`.

    A pair that is noted already stays as it is, also one that somebody has decided on.
    """
    near = (outcome.happened_on - NEAR, outcome.happened_on + NEAR)
    rows = Outcome.objects.filter(kind=outcome.kind, happened_on__range=near, reverses__isnull=True)
    rows = rows.exclude(state=OutcomeState.REFUSED).exclude(pk__in=[outcome.pk, *leave_out])
    rows = rows.exclude(pk__in=Outcome.objects.corrections().values("reverses"))
    rows = rows.select_related("kind").order_by("-happened_on", "-pk")
    own = _values(outcome)
    alike = [
        (other, signs) for other in rows.iterator(chunk_size=READ_AT_ONCE) if (signs := signs_of(own, _values(other)))
    ]
    for other, signs in alike:
        _note(outcome, other, "、".join(signs))


def look_again(outcome: Any) -> None:
    """Compare `outcome` (locked), which counts again or waits again, with what was reported while nobody compared with it."""
    lock_ledger()
    first = outcome.replaces.reverses_id if outcome.replaces_id else None
    find_doubles(outcome, leave_out=[first] if first else ())


def _values(outcome):
    return Values(outcome.title, outcome.happened_on, outcome.number, outcome.activity_id)


def _note(one, other, signs, noted_by=None):
    first, second = sorted((one, other), key=lambda row: row.pk)
    values = {
        "signs": signs[:60],
        "due_on": _due(),
        "noted_by": noted_by,
        "is_demo": first.is_demo and second.is_demo,
    }
    pair, created = OutcomeDouble.objects.get_or_create(first=first, second=second, defaults=values)
    if created:
        audit.record("outcome_double.noted", pair, actor=noted_by)
    return pair


@transaction.atomic
def note_double(one: Outcome, other: Outcome, *, actor: Any) -> OutcomeDouble:
    """Note that two outcomes may be the same thing, which the portal has not found; return the pair, also one that is there.

    Raises NotAllowed unless `actor` is responsible for one of them, ActionError("same") for one outcome, ("kind") for two
    kinds, ("reversing") for a row that reverses another one.
    """
    one, other = _lock_both(one, other)
    if not permissions.can_note_double(actor, other):
        require(permissions.can_note_double, actor, one)
    if one.pk == other.pk:
        raise ActionError(_("要选两条不同的成果。"), code="same", field="second")
    if one.kind_id != other.kind_id:
        raise ActionError(_("两条的类型不一样，不会是同一件。"), code="kind", field="second")
    if one.reverses_id or other.reverses_id:
        raise ActionError(_("冲销的一条不能和别的认定成同一件。"), code="reversing", field="second")
    return _note(one, other, _("有人提出"), actor)


@transaction.atomic
def link_double(pair: OutcomeDouble, *, actor: Any, counted: Outcome) -> OutcomeDouble:
    """Say that both are the same thing: `counted`, which is checked, is added up, and the other one is not.

    Both organizers have it among theirs, and who reported them is notified. Pairs of the other one with a third one become
    pairs of `counted`. Raises NotAllowed, ActionError("state") when it is decided already, ("unchecked") unless `counted` is
    checked, ("kind") for two kinds, ("merged") when one of them is counted with a third one, ("corrected") when one has a
    correction, ("pair").
    """
    pair, first, second = _lock_pair(pair)
    require(permissions.can_decide_double, actor, pair)
    if counted.pk not in (first.pk, second.pk):
        raise ActionError(_("要从这两条里选一条计入。"), code="pair")
    _require_undecided(pair)
    counted, merged = (first, second) if counted.pk == first.pk else (second, first)
    _require_countable(counted, merged)
    changes = {"counted": counted, "merged": merged, **_decided(actor, "")}
    move(pair, DoubleState.LINKED, table=DOUBLE_TRANSITIONS, actor=actor, verb="outcome_double.linked", **changes)
    _carry_over(counted, merged)
    _notify_both(pair, "services/outcome_linked", counted=counted, merged=merged)
    return pair


@transaction.atomic
def keep_apart(pair: OutcomeDouble, *, actor: Any, reason: str) -> OutcomeDouble:
    """Say that they are two things, for `reason`, which both organizers read. Raises NotAllowed, ActionError("reason"), ("state")."""
    reason = required_reason(reason, missing=_("请写怎么看出是两件，两边都会看到。"))
    pair, _first, _second = _lock_pair(pair)
    require(permissions.can_decide_double, actor, pair)
    _require_undecided(pair)
    changes = _decided(actor, reason)
    return move(
        pair, DoubleState.APART, table=DOUBLE_TRANSITIONS, actor=actor, verb="outcome_double.kept_apart", **changes
    )


@transaction.atomic
def undo_double(pair: OutcomeDouble, *, actor: Any, reason: str) -> OutcomeDouble:
    """Take a decision on a pair back at any time, for `reason`: both count for themselves, and the pair waits again.

    Who reported them is notified. Raises NotAllowed, ActionError("reason"), ("state").
    """
    reason = required_reason(reason, missing=_("请写为什么撤销，两边都会看到。"))
    pair, first, second = _lock_pair(pair)
    require(permissions.can_decide_double, actor, pair)
    if pair.state == DoubleState.SUSPECTED:
        raise ActionError(_("已经撤销了，两条各计各的，正等重新认定。"), code="state")
    was_linked = pair.state == DoubleState.LINKED
    changes = {"counted": None, "merged": None, **_decided(actor, reason), "due_on": _due()}
    move(pair, DoubleState.SUSPECTED, table=DOUBLE_TRANSITIONS, actor=actor, verb="outcome_double.undone", **changes)
    if was_linked:
        _notify_both(pair, "services/outcome_unlinked", first=first, second=second, reason=reason)
    return pair


@transaction.atomic
def reopen_double(pair: OutcomeDouble, *, actor: Any) -> OutcomeDouble:
    """Take the decision on a pair back, which was just made by mistake. Raises NotAllowed, ActionError("state")."""
    pair, first, second = _lock_pair(pair)
    require(permissions.can_decide_double, actor, pair)
    left = step_back(
        pair,
        (DoubleState.LINKED, DoubleState.APART),
        ("counted", "merged", "decided_by", "decided_at", "reason"),
        decided=("decided_at",),
        actor=actor,
        verb="outcome_double.undone",
    )
    if left == DoubleState.LINKED:
        _notify_both(pair, "services/outcome_unlinked", first=first, second=second, reason=_("刚才的认定按错了"))
    return pair


def _require_undecided(pair):
    """Raise ActionError("state") that says what was decided on `pair` already, as after a second click."""
    if pair.state != DoubleState.SUSPECTED:
        text = _("已经认定过了：%(state)s。要改，先撤销这个认定。") % {"state": pair.get_state_display()}
        raise ActionError(text, code="state")


def _due():
    return deadlines.due_on(clock.today(), DECIDE_DAYS)


def _decided(actor, reason):
    return {"decided_by": actor, "decided_at": clock.now(), "reason": reason}


def _lock_both(one, other):
    first, second = sorted((one, other), key=lambda row: row.pk)
    locked = {row.pk: lock(row) for row in (first, second)}
    return locked[one.pk], locked[other.pk]


def _lock_pair(pair):
    first, second = _lock_both(pair.first, pair.second)
    return lock(pair), first, second


def _require_countable(counted, merged):
    if counted.state != OutcomeState.CHECKED:
        raise ActionError(_("计入的那一条要先核实。"), code="unchecked")
    if counted.kind_id != merged.kind_id:
        raise ActionError(_("两条的类型不一样，不会是同一件。"), code="kind")
    linked = OutcomeDouble.objects.filter(state=DoubleState.LINKED)
    if linked.filter(merged__in=(counted, merged)).exists() or linked.filter(counted=merged).exists():
        raise ActionError(_("其中一条已经和别的认定成同一件，请在那一对里处理。"), code="merged")
    if merged.state == OutcomeState.REFUSED:
        raise ActionError(_("不另计的那一条没有采信，不用认定。"), code="unchecked")
    corrected = Outcome.objects.corrections().filter(reverses__in=(counted, merged))
    if corrected.exists() or counted.reverses_id or merged.reverses_id:
        raise ActionError(_("其中一条有更正，先处理更正。"), code="corrected")


def _carry_over(counted, merged):
    """Note a pair of `counted` for each third outcome that may be the same thing as `merged`."""
    for pair in OutcomeDouble.objects.of(merged).filter(state=DoubleState.SUSPECTED).select_related("first", "second"):
        third = pair.other(merged)
        if third.pk != counted.pk:
            _note(counted, third, pair.signs)


def _notify_both(pair, template, **context):
    url = reverse("admin:services_outcomedouble_change", args=[pair.pk])
    accounts = {row.reported_by for row in (pair.first, pair.second) if row.reported_by}
    for account in sorted(accounts, key=lambda one: one.pk):
        notify(account, template, url=url, **context)
