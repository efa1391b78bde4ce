"""成果: reported by a body, verified by a second person before it counts (domain.md, "Words")."""

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import require, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock, move
from chengyang.platform.notices.actions import notify
from chengyang.platform.workdays import deadlines

from .. import permissions
from ..models import Outcome
from ..states import OUTCOME_TRANSITIONS, OutcomeState

CHECK_DAYS = 5  # working days until a reported outcome should be checked


@transaction.atomic
def report_outcome(
    body,
    *,
    actor,
    kind: str,
    title: str,
    happened_on: dt.date,
    amount: Decimal | None = None,
    quantity: int | None = None,
    activity=None,
) -> Outcome:
    """Report what came of the work of `body` (an organization, a base or a team); counts once it is checked.

    `amount` is in yuan, for donations; `quantity` a number of firms or persons.
    """
    require(permissions.can_report_outcome, actor, body)
    outcome = Outcome(
        kind=kind,
        title=title,
        happened_on=happened_on,
        amount=amount,
        quantity=quantity,
        activity=activity,
        reported_by=actor,
        due_on=deadlines.due_on(clock.today(), CHECK_DAYS),
        **{body._meta.model_name: body},
    )
    outcome.full_clean(exclude=["reported_by", "checked_by"])
    outcome.save()
    audit.record("outcome.reported", outcome, actor=actor)
    return outcome


@transaction.atomic
def check_outcome(outcome: Outcome, *, actor) -> Outcome:
    """Verify `outcome`, so that it counts. Raises ActionError("state") when it is decided already."""
    return _decide(outcome, OutcomeState.CHECKED, "outcome.checked", actor=actor)


@transaction.atomic
def refuse_outcome(outcome: Outcome, *, actor, reason: str) -> Outcome:
    """Do not count `outcome`; `reason` is told to who reported it, word for word.

    Raises ActionError("reason") without one, ("too_long") for one of more than 500 characters.
    """
    reason = required_reason(reason, missing=_("请写理由，上报人会看到原文。"))
    outcome = _decide(outcome, OutcomeState.REFUSED, "outcome.declined", actor=actor, reason=reason)
    if outcome.reported_by:
        notify(outcome.reported_by, "services/outcome_refused", outcome=outcome, reason=reason)
    return outcome


def _decide(outcome, state, verb, *, actor, **changes):
    outcome = lock(outcome)
    require(permissions.can_check_outcome, actor, outcome)
    changes = {"checked_by": actor, "checked_at": clock.now(), **changes}
    return move(outcome, state, table=OUTCOME_TRANSITIONS, actor=actor, verb=verb, **changes)
