"""Corrections of checked outcomes: by a row that reverses the first one, and one that says what is right."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.editing import assign, validate
from chengyang.platform.audit.transitions import lock, require_state
from chengyang.platform.files import actions as files
from chengyang.platform.workdays import deadlines

from .. import permissions
from ..models import ORGANIZERS, PARTS, Outcome, OutcomeParty
from ..states import OutcomeState
from .outcome_doubles import find_doubles, lock_ledger
from .outcomes import CHECK_DAYS, require_free, values_of

COPIED = (*ORGANIZERS, "activity")


@transaction.atomic
def reverse_outcome(outcome: Outcome, *, actor: Any, reason: str) -> Outcome:
    """Take a checked `outcome` back by a row with the other sign, of the same day and of the same who; return that row.

    Until another person has checked it, the first one counts. Raises NotAllowed, ActionError("state") unless it is checked,
    ("reversing") for a row that reverses, ("corrected") when there is a correction, ("linked") while it is counted with another one, ("reason").
    """
    outcome, why = _start(outcome, actor, reason)
    return _reversing(outcome, actor, why)


@transaction.atomic
def correct_outcome(outcome: Outcome, *, actor: Any, reason: str, evidence: Any = None, **data: Any) -> Outcome:
    """Replace a checked `outcome`: a row takes it back, another one has the values of `data` (names in `EDITABLE_FIELDS`).

    Both are checked as one, by another person, so that the sum goes from the wrong number to the right one. Returns the
    reversing row; its `replacement` is the right one. Raises as `reverse_outcome`, ("same") when nothing differs,
    ("invalid") with the field, and as `files.store`.
    """
    outcome, why = _start(outcome, actor, reason)
    right = Outcome(why=why, **_copied(outcome, actor))
    for name in Outcome.EDITABLE_FIELDS:
        setattr(right, name, getattr(outcome, name))
    if not assign(right, values_of(data), fields=Outcome.EDITABLE_FIELDS):
        raise ActionError(_("没有改什么；不算数的，用“冲销”。"), code="same")
    row = right.replaces = _reversing(outcome, actor, why)
    validate(right, [*Outcome.EDITABLE_FIELDS, "replaces"])
    right.save(force_insert=True)
    _copy_parties(outcome, right)
    if evidence:
        files.store(evidence, owner=actor, attached_to=right)
    audit.record("outcome.reported", right, actor=actor)
    lock_ledger()
    find_doubles(right, leave_out=[outcome.pk])
    return row


def _start(outcome, actor, reason):
    why = required_reason(reason, missing=_("请写为什么更正，核实的人要看。"))
    outcome = lock(outcome)
    require(permissions.can_correct_outcome, actor, outcome)
    require_state(outcome, OutcomeState.CHECKED)
    if outcome.reverses_id:
        raise ActionError(_("这一条本身是冲销，不能再冲销；要计入的，重新上报。"), code="reversing")
    require_free(outcome)
    return outcome, why


def _copied(outcome, actor):
    today = clock.today()
    return {
        "reported_by": actor,
        "reported_on": today,
        "due_on": deadlines.due_on(today, CHECK_DAYS),
        "is_demo": outcome.is_demo,
        **{name: getattr(outcome, name) for name in COPIED},
    }


def _reversing(outcome, actor, why):
    row = Outcome(
        reverses=outcome,
        why=why,
        kind=outcome.kind,
        title=outcome.title,
        happened_on=outcome.happened_on,
        amount=None if outcome.amount is None else -outcome.amount,
        quantity=None if outcome.quantity is None else -outcome.quantity,
        **_copied(outcome, actor),
    )
    row.save(force_insert=True)
    _copy_parties(outcome, row)
    audit.record("outcome.correction_reported", row, actor=actor)
    return row


def _copy_parties(outcome, row):
    for party in outcome.parties.all():
        values = {f"{name}_id": getattr(party, f"{name}_id") for name in PARTS}
        OutcomeParty.objects.create(outcome=row, is_demo=row.is_demo, **values)
