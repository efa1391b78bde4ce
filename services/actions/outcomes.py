"""成果: outcomes, reported for an organizer and checked by a second person before they count (domain.md, "Words")."""

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import require, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.audit.editing import assign
from chengyang.platform.audit.transitions import lock, move, require_state, step_back
from chengyang.platform.files import actions as files
from chengyang.platform.notices.actions import notify
from chengyang.platform.workdays import deadlines

from .. import permissions
from ..models import Outcome
from ..states import OUTCOME_TRANSITIONS, OutcomeState

CHECK_DAYS = 5  # working days until a reported outcome should be checked


@transaction.atomic
def report_outcome(organizer, *, actor, activity=None, evidence: Any = None, **data: Any) -> Outcome:
    """Report an outcome of `organizer` (an organization, base or team), perhaps of one `activity`; it counts once checked.

    `data` has names in `Outcome.EDITABLE_FIELDS`: `amount` is in yuan, for donations; `quantity` is a number of firms or
    persons. `evidence` is an upload, such as a receipt, for who checks it. Raises NotAllowed, ValidationError for impossible
    values, TypeError for a name that cannot be edited, and ActionError for the upload as `files.store`.
    """
    require(permissions.can_report_outcome, actor, organizer)
    outcome = Outcome(
        activity=activity,
        reported_by=actor,
        due_on=deadlines.due_on(clock.today(), CHECK_DAYS),
        **{organizer._meta.model_name: organizer},
    )
    assign(outcome, data, fields=Outcome.EDITABLE_FIELDS)
    outcome.full_clean(exclude=["reported_by", "checked_by"])
    outcome.save()
    if evidence:
        files.store(evidence, owner=actor, attached_to=outcome)
    audit.record("outcome.reported", outcome, actor=actor)
    return outcome


@transaction.atomic
def check_outcome(outcome: Outcome, *, actor) -> Outcome:
    """Confirm `outcome`, so that it counts. Raises NotAllowed, also for who reported it, ActionError("state")."""
    return _decide(outcome, OutcomeState.CHECKED, "outcome.checked", actor=actor)


@transaction.atomic
def refuse_outcome(outcome: Outcome, *, actor, reason: str) -> Outcome:
    """Refuse `outcome`: it does not count. The person who reported it is notified and reads `reason` unchanged.

    Raises NotAllowed, ActionError("reason") without a reason, ("too_long") for one of more than 500 characters, ("state").
    """
    reason = required_reason(reason, missing=_("请写理由，上报人会看到原文。"))
    outcome = _decide(outcome, OutcomeState.REFUSED, "outcome.declined", actor=actor, reason=reason)
    if outcome.reported_by:
        url = reverse("admin:services_outcome_change", args=[outcome.pk])
        notify(outcome.reported_by, "services/outcome_refused", url=url, outcome=outcome, reason=reason)
    return outcome


@transaction.atomic
def reopen_outcome(outcome: Outcome, *, actor) -> Outcome:
    """Take the check, or the refusal, of `outcome` back: it waits for a check again, and who was notified of a refusal is notified.

    Raises NotAllowed as `check_outcome`, also when it is neither checked nor refused.
    """
    outcome = lock(outcome)
    require(permissions.can_reopen_outcome, actor, outcome)
    left = step_back(
        outcome,
        (OutcomeState.CHECKED, OutcomeState.REFUSED),
        ("checked_by", "checked_at", "reason"),
        decided=("checked_at",),
        actor=actor,
        verb="outcome.decision_undone",
    )
    if outcome.reported_by and left == OutcomeState.REFUSED:
        url = reverse("admin:services_outcome_change", args=[outcome.pk])
        notify(outcome.reported_by, "services/outcome_reopened", url=url, outcome=outcome)
    return outcome


@transaction.atomic
def withdraw_outcome(outcome: Outcome, *, actor) -> Outcome:
    """Delete an outcome that nobody has checked yet, such as one of a sheet that was read in by mistake; return it.

    Raises NotAllowed for others than who reported it, ActionError("state") once it is checked or refused.
    """
    outcome = lock(outcome)
    require(permissions.can_withdraw_outcome, actor, outcome)
    require_state(outcome, OutcomeState.REPORTED)
    audit.record("outcome.withdrawn", outcome, actor=actor)
    history.delete_with_history(Outcome.objects.filter(pk=outcome.pk))
    return outcome


def _decide(outcome, state, verb, *, actor, **changes):
    outcome = lock(outcome)
    require(permissions.can_check_outcome, actor, outcome)
    changes = {"checked_by": actor, "checked_at": clock.now(), **changes}
    return move(outcome, state, table=OUTCOME_TRANSITIONS, actor=actor, verb=verb, **changes)
