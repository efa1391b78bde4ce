"""成果: outcomes, reported for an organizer and checked by a second person before they count (domain.md, "Words")."""

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.audit.editing import assign, validate
from chengyang.platform.audit.transitions import lock, move, require_state, step_back
from chengyang.platform.files import actions as files
from chengyang.platform.notices.actions import notify
from chengyang.platform.workdays import deadlines

from .. import permissions
from ..models import Outcome, OutcomeDouble, OutcomeKind
from ..states import OUTCOME_TRANSITIONS, DoubleState, OutcomeState
from .outcome_doubles import find_doubles, lock_ledger, look_again

CHECK_DAYS = 5  # working days until a reported outcome should be checked
DECIDED_FIELDS = ("checked_by", "checked_at", "reason")


@transaction.atomic
def report_outcome(organizer, *, actor, activity=None, evidence: Any = None, **data: Any) -> Outcome:
    """Report an outcome of `organizer` (an organization, base or team), perhaps of one `activity`; it counts once checked.

    `data` has names in `Outcome.EDITABLE_FIELDS`: `kind` is a kind or its code, `amount` is in yuan, for kinds of money;
    `quantity` is in the unit of the kind, 1 unless it counts persons. `evidence` is an upload, such as a receipt, for who
    checks it. Outcomes that may be the same thing are noted as pairs. Raises NotAllowed, ValidationError for impossible
    values, TypeError for a name that cannot be edited, ActionError("ended") for a kind that is not offered, and as
    `files.store` for the upload.
    """
    require(permissions.can_report_outcome, actor, organizer)
    values = values_of(data)
    outcome = Outcome(
        kind=values.get("kind"),
        activity=activity,
        reported_by=actor,
        reported_on=clock.today(),
        due_on=deadlines.due_on(clock.today(), CHECK_DAYS),
        is_demo=organizer.is_demo,
        **{organizer._meta.model_name: organizer},
    )
    assign(outcome, values, fields=Outcome.EDITABLE_FIELDS)
    if outcome.kind_id and not outcome.kind.is_offered:
        raise ActionError(_("这一类已经停用，请选别的类型。"), code="ended", field="kind")
    outcome.full_clean(exclude=["reported_by", "checked_by"])
    lock_ledger()
    outcome.save()
    if evidence:
        files.store(evidence, owner=actor, attached_to=outcome)
    audit.record("outcome.reported", outcome, actor=actor)
    find_doubles(outcome)
    return outcome


def values_of(data: dict[str, Any]) -> dict[str, Any]:
    """Return `data` of an outcome with the kind as a row where it is a code. Raises ActionError("kind") for an unknown one."""
    kind = data.get("kind")
    if not isinstance(kind, str):
        return data
    if (row := OutcomeKind.objects.filter(code=kind).first()) is None:
        raise ActionError(_("没有这一类成果。"), code="kind", field="kind")
    return {**data, "kind": row}


@transaction.atomic
def edit_outcome(outcome: Outcome, *, actor, evidence: Any = None, **data: Any) -> Outcome:
    """Correct `outcome` on the day on which it was reported, before somebody has checked it; later see `correct_outcome`.

    Raises NotAllowed for others than who reported it and on other days, ActionError("state") once it is checked or refused,
    ("linked") while it is counted with another one, ("invalid") with the field, TypeError for a name that cannot be edited.
    """
    outcome = lock(outcome)
    require_state(outcome, OutcomeState.REPORTED)
    require(permissions.can_edit_outcome, actor, outcome)
    require_free(outcome)
    changed = assign(outcome, values_of(data), fields=Outcome.EDITABLE_FIELDS)
    if evidence:
        files.store(evidence, owner=actor, attached_to=outcome)
    if changed:
        validate(outcome)
        lock_ledger()
        outcome.save(update_fields=changed)
        find_doubles(outcome)
    if changed or evidence:
        audit.record("outcome.updated", outcome, actor=actor, fields=changed)
    return outcome


@transaction.atomic
def add_evidence(outcome: Outcome, *, actor, evidence: Any) -> Outcome:
    """Add a file that shows `outcome`, also once it is checked. Raises NotAllowed, ActionError as `files.store`."""
    outcome = lock(outcome)
    require(permissions.can_add_evidence, actor, outcome)
    files.store(evidence, owner=actor, attached_to=outcome)
    audit.record("outcome.evidence_added", outcome, actor=actor)
    return outcome


@transaction.atomic
def check_outcome(outcome: Outcome, *, actor) -> Outcome:
    """Confirm `outcome`, so that it counts; with a reversing row also the one that replaces what it reverses.

    Raises NotAllowed, also for who reported it, ActionError("state").
    """
    return _decide(outcome, OutcomeState.CHECKED, "outcome.checked", actor=actor)


@transaction.atomic
def refuse_outcome(outcome: Outcome, *, actor, reason: str) -> Outcome:
    """Refuse `outcome`: it does not count. The person who reported it is notified and reads `reason` unchanged.

    Raises NotAllowed, ActionError("reason") without a reason, ("too_long") for one of more than 500 characters, ("state").
    """
    reason = required_reason(reason, missing=_("请写理由，上报人会看到原文。"))
    outcome = _decide(outcome, OutcomeState.REFUSED, "outcome.declined", actor=actor, reason=reason)
    if outcome.reverses_id:
        look_again(outcome.reverses)
    if outcome.reported_by:
        notify(outcome.reported_by, "services/outcome_refused", url=page_of(outcome), outcome=outcome, reason=reason)
    return outcome


@transaction.atomic
def reopen_outcome(outcome: Outcome, *, actor) -> Outcome:
    """Take the check, or the refusal, of `outcome` back: it waits for a check again, and who was notified of a refusal is notified.

    Raises NotAllowed as `check_outcome`, also when it is neither checked nor refused, ActionError("linked") while another
    outcome is counted with it, ("corrected") while a correction of it is there.
    """
    outcome = _lock_with_original(outcome)
    require(permissions.can_reopen_outcome, actor, outcome)
    require_free(outcome)
    if outcome.reverses and outcome.state == OutcomeState.REFUSED:
        require_free(outcome.reverses)  # meanwhile it may be linked, or corrected by another row
        require_state(outcome.reverses, OutcomeState.CHECKED)
    replacement = _replacement_of(outcome)
    if replacement:
        require_free(replacement)
    left = _step_back(outcome, actor)
    if replacement:
        _step_back(replacement, actor)
    if left == OutcomeState.REFUSED and (again := replacement if outcome.reverses_id else outcome):
        look_again(again)
    if outcome.reported_by and left == OutcomeState.REFUSED:
        notify(outcome.reported_by, "services/outcome_reopened", url=page_of(outcome), outcome=outcome)
    return outcome


@transaction.atomic
def withdraw_outcome(outcome: Outcome, *, actor) -> Outcome:
    """Delete an outcome that nobody has checked yet, such as one of a sheet that was read in by mistake; return it.

    With a reversing row goes the one that replaces what it reverses. Raises NotAllowed for others than who reported it,
    ActionError("state") once it is checked or refused, ("linked") once it is counted with another one.
    """
    outcome = _lock_with_original(outcome)
    require(permissions.can_withdraw_outcome, actor, outcome)
    require_state(outcome, OutcomeState.REPORTED)
    gone = [row for row in (outcome, _replacement_of(outcome)) if row]
    for row in gone:
        require_free(row)
    for row in reversed(gone):
        audit.record("outcome.withdrawn", row, actor=actor)
        files.delete_attached(row._meta.label, [row.public_id])
        history.delete_with_history(OutcomeDouble.objects.of(row))
        history.delete_with_history(row.parties.all())
        history.delete_with_history(Outcome.objects.filter(pk=row.pk))
    if outcome.reverses_id:
        look_again(outcome.reverses)
    return outcome


def require_free(outcome: Outcome) -> None:
    """Raise ActionError("linked") while `outcome` (locked) is counted with another one, ("corrected") while a correction is there."""
    if OutcomeDouble.objects.of(outcome).filter(state=DoubleState.LINKED).exists():
        raise ActionError(_("它和另一条认定成同一件，先撤销那个认定。"), code="linked")
    if Outcome.objects.corrections().filter(reverses=outcome).exists():
        raise ActionError(_("它已经有更正，先处理更正的那一条。"), code="corrected")


def page_of(outcome: Outcome) -> str:
    """Return the address of the page of `outcome` on the staff site."""
    return reverse("admin:services_outcome_change", args=[outcome.pk])


def _lock_with_original(outcome):
    """Lock what `outcome` reverses before it, as every action does that has to do with both."""
    if outcome.reverses_id:
        lock(outcome.reverses)
    return lock(outcome)


def _replacement_of(outcome):
    """Return the locked row that is decided on with the reversing row `outcome`, None for none."""
    row = Outcome.objects.filter(replaces=outcome).first() if outcome.reverses_id else None
    return lock(row) if row else None


def _step_back(outcome, actor):
    states = (OutcomeState.CHECKED, OutcomeState.REFUSED)
    verb = "outcome.decision_undone"
    return step_back(outcome, states, DECIDED_FIELDS, decided=("checked_at",), actor=actor, verb=verb)


def _decide(outcome, state, verb, *, actor, **changes):
    outcome = _lock_with_original(outcome)
    require(permissions.can_check_outcome, actor, outcome)
    if OutcomeDouble.objects.filter(merged=outcome, state=DoubleState.LINKED).exists():
        raise ActionError(_("它已经并入另一条，不用再核实。"), code="linked")
    changes = {"checked_by": actor, "checked_at": clock.now(), **changes}
    for row in (outcome, _replacement_of(outcome)):
        if row:
            move(row, state, table=OUTCOME_TRANSITIONS, actor=actor, verb=verb, **changes)
    return outcome
