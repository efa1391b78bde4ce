"""Changes of staff accounts that one administrator asks for and another one decides (requirements S08).

No administrator can become another one alone: a reset password, a granted role and a removed second factor take effect when
a second person agrees.
"""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock
from chengyang.platform.notices.actions import notify
from chengyang.platform.workdays import deadlines

from .. import alarms
from .. import permissions as may
from ..models import Role, StaffChange, Subdistrict, User
from .accounts import checked_role, grant_role, refusal_of, remove_second_factor, reset_password

Kind, State = StaffChange.Kind, StaffChange.State
DECIDED_WITHIN = 2  # working days
MAY_ASK = {
    Kind.RESET_PASSWORD: may.can_reset_password,
    Kind.GRANT_ROLE: may.can_grant_role,
    Kind.REMOVE_FACTOR: may.can_remove_second_factor,
}


@transaction.atomic
def ask_for_change(
    user: User,
    kind: str,
    *,
    actor: Any,
    role: str = "",
    subdistrict: Subdistrict | None = None,
    starts: dt.date | None = None,
    ends: dt.date | None = None,
) -> StaffChange:
    """Ask for a change of the account of `user`; the other administrators are notified, and one of them decides.

    `role` and the dates are those of a role to grant. Raises ActionError("asked") when the same waits already, and those of
    `grant_role` for a role that cannot be; NotAllowed.
    """
    user = lock(user)
    require(MAY_ASK[Kind(kind)], actor, user)
    if kind == Kind.GRANT_ROLE:
        starts = checked_role(user, role, subdistrict, starts=starts, ends=ends).starts
    change = StaffChange(user=user, kind=kind, role=role, subdistrict=subdistrict, starts=starts, ends=ends)
    change.asked_by, change.due_on = actor, deadlines.due_on(clock.today(), DECIDED_WITHIN)
    try:
        change.full_clean(exclude=["decided_by", "decided_at"])
    except ValidationError as error:
        raise refusal_of(error) from None
    change.save(force_insert=True)
    audit.record("staff_change.asked", change, actor=actor, user=user, reason=kind)
    for other in _deciders(change):
        notify(other, "accounts/staff_change", change=change, asked_by=actor, url=change.get_absolute_url())
    return change


def _deciders(change):
    roles = Role.objects.on(clock.today()).filter(kind__in=Role.ADMINISTRATORS).values("user")
    others = User.objects.filter(pk__in=roles, is_active=True)
    return others.exclude(pk__in=[change.asked_by_id, change.user_id])


@transaction.atomic
def agree_to_change(change: StaffChange, *, actor: Any) -> StaffChange:
    """Let a change take effect. Raises ActionError("state") when it was decided, and those of its action; NotAllowed."""
    change = _decide(change, State.DONE, "staff_change.agreed", actor)
    if change.kind == Kind.GRANT_ROLE:
        days = {"starts": max(change.starts or clock.today(), clock.today()), "ends": change.ends}
        grant_role(change.user, change.role, change.subdistrict, actor=actor, agreed=change, **days)
    else:
        apply = {Kind.RESET_PASSWORD: reset_password, Kind.REMOVE_FACTOR: remove_second_factor}[Kind(change.kind)]
        apply(change.user, actor=actor, agreed=change)
    alarms.raise_alarm("accounts/alarm_change", change=change)
    return change


@transaction.atomic
def refuse_change(change: StaffChange, *, actor: Any, reason: str) -> StaffChange:
    """Refuse a change; who asked for it reads `reason`. Raises ActionError `reason`, `state`; NotAllowed."""
    change = _decide(change, State.REFUSED, "staff_change.refused", actor, reason=required_reason(reason))
    notify(change.asked_by, "accounts/staff_change_refused", change=change)
    return change


def _decide(change, state, verb, actor, reason=""):
    change = lock(change)
    require(may.can_decide_staff_change, actor, change)
    if change.state != State.WAITING:
        raise ActionError(_("这件事已经有人决定了，请刷新页面。"), code="state")
    change.state, change.decided_by, change.decided_at, change.reason = state, actor, clock.now(), reason
    change.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    audit.record(verb, change, actor=actor, user=change.user, reason=change.kind)
    return change
