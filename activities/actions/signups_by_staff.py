"""What organizers do to sign-ups on the telephone: cancel one, accept an offered place, move one up, add one.

The order of locks is that of `actions/signups.py`. The person is notified of each step, with the reason.
"""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.accounts.actions import account_of
from chengyang.platform.audit.transitions import lock
from members.models import Person

from ..models import Activity, Signup
from ..permissions import can_manage_activity, can_manage_signup
from ..states import SignupState
from .signups import (
    accept_offer,
    cancel_locked,
    lock_signup,
    notify_holder,
    record_step,
    require_absent,
    require_published,
    require_same_name,
    take_place,
)


@transaction.atomic
def cancel_signup_for(signup: Signup, *, reason: str, actor: Any) -> Signup:
    """Cancel a sign-up for somebody who has called; `reason` is shown to them. The place goes to the first who waits.

    Safe to repeat. Raises NotAllowed, also for one's own, ActionError("reason"), ("too_long"), ("checked_in") after the
    check-in, ("over") after the end, ("state") when it was declined or has expired.
    """
    activity, signup = lock_signup(signup)
    require(can_manage_signup, actor, signup)
    reason = required_reason(reason)
    if signup.state == SignupState.CANCELLED:
        return signup
    require_absent(signup)
    if activity.is_over():
        raise ActionError(_("活动已经结束，报名不能再改。"), code="over")
    signup = cancel_locked(activity, signup, actor, reason=reason)
    notify_holder(signup, "activities/cancelled_for_you")
    return signup


@transaction.atomic
def confirm_signup_for(signup: Signup, *, reason: str = "", actor: Any) -> Signup:
    """Accept an offered place for somebody who has called. Safe to repeat.

    Raises NotAllowed, also for one's own, and what `confirm_signup` raises.
    """
    activity, signup = lock_signup(signup)
    require(can_manage_signup, actor, signup)
    return accept_offer(activity, signup, actor)


@transaction.atomic
def move_signup_up(signup: Signup, *, reason: str, actor: Any) -> Signup:
    """Let a sign-up on the waiting list change places with the one before it; `reason` stays in its row.

    Raises NotAllowed, also for one's own, ActionError("reason"), ("too_long"), ("cancelled"), ("state") when it is not on the
    waiting list, ("first") when nobody is before it.
    """
    activity, signup = lock_signup(signup)
    require(can_manage_signup, actor, signup)
    reason = required_reason(reason)
    require_published(activity)
    if signup.state != SignupState.WAITLISTED:
        raise ActionError(_("只有候补的报名可以往前移。"), code="state")
    waiting = activity.signups.filter(state=SignupState.WAITLISTED, position__lt=signup.position)
    before = waiting.order_by("-position").first()
    if before is None:
        raise ActionError(_("已经是候补第一位。"), code="first")
    before = lock(before)
    mine, theirs = signup.position, before.position
    for row, position in (
        (before, activity.last_position + 1),
        (signup, theirs),
        (before, mine),
    ):  # positions are unique
        row.position, row.changed_at = position, clock.now()
        row.save(update_fields=["position", "changed_at"])
    signup.reason = reason
    signup.save(update_fields=["reason"])
    record_step("signup.moved_up", signup, actor=actor)
    return signup


@transaction.atomic
def sign_up_for(activity: Activity, *, guest_name: str, phone: str, actor: Any) -> Signup:
    """Sign somebody up who has called, as a guest named `guest_name` with `phone` (E.164), or as the person of that number.

    They get a place, or one on the waiting list, and a message with the ticket; whoever opens it proves the number. Safe to
    repeat. Raises NotAllowed, ActionError("cancelled"), ("over") after the end, ("other_name") when the number has a sign-up,
    or a person of the registry, of another name.
    """
    activity = lock(activity)
    require(can_manage_activity, actor, activity)
    require_published(activity)
    if activity.is_over():
        raise ActionError(_("活动已经结束，不能再报名。"), code="over")
    account = account_of(phone)
    person = Person.objects.active().filter(user=account).first()
    signup = activity.signups.open().of(account).first()
    require_same_name(guest_name, signup, person)
    if signup:
        return signup
    holder = {"person": person} if person else {"user": account, "guest_name": guest_name}
    signup = take_place(activity, activity.next_place(), holder)
    record_step("signup.created", signup, actor=actor)
    notify_holder(signup, "activities/signed_up_for_you")
    return signup
