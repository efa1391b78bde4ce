"""Sign-ups, the waiting list and offers (domain.md rule 7).

Locking order
-------------
Every write that can change how many places are taken locks the row of the activity first, then the row of the sign-up
(`lock_signup`). Whoever comes second waits for the row of the activity until the first transaction ends, and then sees its
counts. So the last place is given once, and positions have no gaps and no doubles.

Counting the sign-ups without the lock would not do: two transactions each see one free place and both take it. Locking the
sign-up first would not do either: A holds the sign-up and waits for the activity, while `expire_offers` or `cancel_activity`
holds the activity and waits for the sign-up. PostgreSQL ends one of the two with a deadlock error.

A transaction that locks several activities takes them in the order of their keys (`cancel_signups_of`), or has one
transaction for each activity (`expire_offers`); both are in `actions/signup_upkeep.py`.
"""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed, require, required_reason
from chengyang.lib.chinese.folding import fold
from chengyang.platform.audit.actions import record
from chengyang.platform.audit.transitions import lock, move
from chengyang.platform.notices import quiet
from chengyang.platform.notices.actions import notify
from chengyang.platform.web.prepared import prepared
from chengyang.platform.workdays.deadlines import due_on
from members.models import Person

from ..models import Activity, Signup
from ..models.signups import is_own
from ..permissions import can_answer_signup, can_review_signup, can_sign_up
from ..states import SIGNUP_TAKES_PLACE, SIGNUP_TRANSITIONS, ActivityState, SignupState

CONFIRM_WITHIN = dt.timedelta(hours=4)  # to accept an offered place, not at night; promised on the activity page
REVIEW_DAYS = 3  # working days to decide on a pending sign-up; the first day of the activity is the latest

_RECEIPTS: dict[str, str] = {
    SignupState.CONFIRMED: "activities/signed_up",
    SignupState.WAITLISTED: "activities/waitlisted",
    SignupState.PENDING: "activities/pending",
}


# ---- signing up -----------------------------------------------------------------------------------------------------
@transaction.atomic
def sign_up(
    activity: Activity,
    *,
    person: Person | None = None,
    guest_name: str = "",
    is_own_form: bool = False,
    actor: Any,
) -> Signup:
    """Sign `actor` up: confirmed, on the waiting list, or pending where the organizer reviews sign-ups.

    `actor` signs up as their `person` in the registry (looked up when None). Without one they sign up as a guest named
    `guest_name`; a guest needs a verified phone number. `is_own_form`: `actor` was signed in when the form was opened, so a
    person of the registry signs up as themself, whatever name was sent. Locks the row of the activity, so concurrent calls
    wait for each other and the last place is given once; the position is assigned under the same lock. Safe to repeat: a
    second call returns the open sign-up.

    Raises NotAllowed when the activity is not meant for `actor` or `person` is somebody else; ActionError("other_name") when
    the number has a sign-up, or a person of the registry, of another name; ("closed") outside the sign-up window, ("name")
    for a guest without a name, ("phone") for one without a phone number.  (domain.md rule 7)
    """
    activity = lock(activity)
    require(can_sign_up, actor, activity)
    person = person or next(iter(_registered(actor.pk)), None)
    if person and person.user_id != actor.pk:
        raise NotAllowed("can_sign_up")
    signup = next(iter(_open_signups(activity.pk, actor.pk)), None)
    require_same_name("" if is_own_form and person else guest_name, signup, person)
    if signup:
        return signup
    _require_window(activity)
    holder = {"person": person} if person else _guest_fields(actor, guest_name)
    signup = take_place(activity, activity.next_signup_state(), holder)
    record_step("signup.created", signup, actor=actor)
    notify_holder(signup, _RECEIPTS[signup.state])
    return signup


@prepared
def _registered(user_id: int) -> QuerySet:
    return Person.objects.active().filter(user=user_id).order_by()


@prepared
def _open_signups(activity_id: int, user_id: int) -> QuerySet:
    return Signup.objects.open().filter(is_own(user_id), activity=activity_id).order_by("position")


def require_same_name(guest_name: str, signup: Signup | None, person: Person | None) -> None:
    """Raise ActionError("other_name") when `guest_name` is not the name that the number stands for.

    A number has one sign-up for an activity. Somebody else with the same number, such as a parent, must learn that the
    sign-up is not theirs, and must not get the ticket of the first as if it were.
    """
    holder = signup.display_name if signup else person.name if person else ""
    if not guest_name or not holder or fold(guest_name).replace(" ", "") == fold(holder).replace(" ", ""):
        return
    if signup:
        message = _("这个号码已经替“%(holder)s”报了名，不能再替“%(name)s”报。%(name)s要来，请换一个手机号报名。")
    else:
        message = _(
            "这个号码是“%(holder)s”的，在册。替%(holder)s报名，请再点一次报名；%(name)s要来，请换一个手机号报名。"
        )
    raise ActionError(message % {"holder": holder, "name": guest_name}, code="other_name", field="guest_name")


def _guest_fields(actor: Any, name: str) -> dict[str, Any]:
    name = (name or "").strip()
    if not name:
        raise ActionError(_("请填写姓名，签到时按姓名找你。"), code="name", field="guest_name")
    if not actor.phone:
        raise ActionError(_("你的账号还没有手机号，请先验证手机号再报名。"), code="phone", field="phone")
    return {"user": actor, "guest_name": name}


def _require_window(activity: Activity) -> None:
    if activity.accepts_signups():
        return
    opens = activity.signup_starts_at()
    if activity.state == ActivityState.CANCELLED:
        sentence = _("活动已取消，不能报名。")
    elif activity.has_started():
        sentence = _("活动已经开始，不能再报名。")
    elif opens and clock.now() < opens:
        sentence = _("报名还没有开始。")
    else:
        sentence = _("报名已截止。")
    raise ActionError(sentence, code="closed")


def take_place(activity: Activity, state: str, holder: dict[str, Any]) -> Signup:
    """Create a sign-up with the next position and count its place. The caller has locked the activity."""
    activity.last_position += 1
    signup = Signup(activity=activity, state=state, position=activity.last_position, **holder)
    if state == SignupState.PENDING:
        signup.due_on = min(due_on(clock.today(), REVIEW_DAYS), activity.first_day)
    signup.save(force_insert=True)
    count_place(activity, None, state)
    return signup


def count_place(activity: Activity, old: str | None, new: str) -> None:
    """Adjust `activity.taken`, the number of offered and confirmed sign-ups, for one that goes from `old` to `new`.

    `old` is None for a new sign-up. The caller has locked the activity.
    """
    activity.taken += (new in SIGNUP_TAKES_PLACE) - (old in SIGNUP_TAKES_PLACE)
    activity.save(update_fields=["taken", "last_position"])


# ---- free places and offers -----------------------------------------------------------------------------------------
def fill_places(activity: Activity, *, actor: Any) -> list[Signup]:
    """Offer the free places to the first on the waiting list and return their sign-ups. The caller has locked the activity.

    Nothing is offered when the activity has started or is not published.
    """
    if activity.state != ActivityState.PUBLISHED or activity.has_started():
        return []
    waiting = activity.signups.filter(state=SignupState.WAITLISTED).order_by("position")
    places = activity.places_left
    return [_offer(activity, signup, actor) for signup in (waiting if places is None else waiting[:places])]


def _offer(activity: Activity, signup: Signup, actor: Any) -> Signup:
    """Reserve a place for `signup` until it is confirmed or the offer expires: after four hours, at the latest at the start.

    The hours of the night do not count: an offer does not run out while people sleep.
    """
    until = min(quiet.add_waking_time(clock.now(), CONFIRM_WITHIN), activity.starts)
    signup.activity = activity
    _move(signup, SignupState.OFFERED, actor=actor, verb="signup.offered", offer_expires_at=until)
    notify_holder(signup, "activities/offered")
    return signup


def shorten_offers(activity: Activity) -> None:
    """Let every open offer expire at the start at the latest, after the start was moved. The caller has locked the activity."""
    late = activity.signups.filter(state=SignupState.OFFERED, offer_expires_at__gt=activity.starts)
    late.update(offer_expires_at=activity.starts)


@transaction.atomic
def confirm_signup(signup: Signup, *, actor: Any) -> Signup:
    """Accept an offered place. Safe to repeat.

    Raises NotAllowed for somebody else, ActionError("cancelled") when the activity is cancelled, ("late") when the offer has
    expired, ("state") when no place is offered.
    """
    activity, signup = lock_signup(signup)
    require(can_answer_signup, actor, signup)
    return accept_offer(activity, signup, actor)


def accept_offer(activity: Activity, signup: Signup, actor: Any) -> Signup:
    """Confirm an offered place; the caller has locked both rows. Raises the ActionErrors of `confirm_signup`."""
    if signup.state == SignupState.CONFIRMED:
        return signup
    require_published(activity)
    until = signup.offer_expires_at
    if signup.state == SignupState.OFFERED and until is not None and until <= clock.now():
        raise ActionError(_("确认的时间已过，名额给了下一位。"), code="late")
    if signup.state != SignupState.OFFERED:
        raise ActionError(_("现在没有要你确认的名额。"), code="state")
    _move(signup, SignupState.CONFIRMED, actor=actor, verb="signup.confirmed", offer_expires_at=None)
    notify_holder(signup, "activities/signed_up")
    return signup


@transaction.atomic
def cancel_signup(signup: Signup, *, actor: Any) -> Signup:
    """Cancel a sign-up, without a reason; its place is offered to the first on the waiting list. Safe to repeat.

    Raises NotAllowed for somebody else, ActionError("checked_in") after the check-in, ("started") once the activity has
    started, ("state") when it was declined or has expired.
    """
    activity, signup = lock_signup(signup)
    require(can_answer_signup, actor, signup)
    if signup.state == SignupState.CANCELLED:
        return signup
    require_absent(signup)
    if activity.has_started():
        raise ActionError(_("活动已经开始，不能再取消报名。"), code="started")
    return cancel_locked(activity, signup, actor)


def require_absent(signup: Signup) -> None:
    """Raise ActionError("checked_in") when the person is there: a cancelled sign-up has no attendance."""
    if signup.is_checked_in:
        message = _("已经签到，不能取消报名。要先走，请告诉现场的工作人员撤销签到。")
        raise ActionError(message, code="checked_in")


def cancel_locked(activity: Activity, signup: Signup, actor: Any, **changes: Any) -> Signup:
    """Cancel `signup` and offer its place; the caller has locked both rows. `changes` are saved with the state."""
    changes = {"offer_expires_at": None, "due_on": None, **changes}
    _move(signup, SignupState.CANCELLED, actor=actor, verb="signup.cancelled", **changes)
    fill_places(activity, actor=actor)
    return signup


# ---- review ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def approve_signup(signup: Signup, *, actor: Any) -> Signup:
    """Approve a pending sign-up: it gets a place, or goes on the waiting list when none is left.

    Raises NotAllowed, ActionError("cancelled") when the activity is cancelled, ("state") when it is not pending.
    """
    activity, signup = lock_signup(signup)
    require(can_review_signup, actor, signup)
    _require_pending(signup)
    _move(signup, activity.next_place(), actor=actor, verb="signup.confirmed", due_on=None)
    notify_holder(signup, _RECEIPTS[signup.state])
    return signup


@transaction.atomic
def decline_signup(signup: Signup, *, reason: str, actor: Any) -> Signup:
    """Decline a pending sign-up; `reason` is shown to the person who signed up.

    Raises NotAllowed, ActionError("reason") without a reason, ("too_long") for one of more than 500 characters,
    ("cancelled") when the activity is cancelled, ("state") when the sign-up is not pending.
    """
    _activity, signup = lock_signup(signup)
    require(can_review_signup, actor, signup)
    reason = required_reason(reason, missing=_("请写明为什么不同意，报名的人会看到。"))
    _require_pending(signup)
    _move(signup, SignupState.DECLINED, actor=actor, verb="signup.declined", reason=reason, due_on=None)
    notify_holder(signup, "activities/declined")
    return signup


@transaction.atomic
def undo_review(signup: Signup, *, actor: Any) -> Signup:
    """Take the review of a sign-up back: it is pending again, its place is offered to the next, and the holder is notified.

    Raises NotAllowed, ActionError("cancelled") when the activity is cancelled or began, ("state") when the sign-up is not one
    that was just reviewed, ("open") when its holder has signed up again meanwhile.
    """
    activity, signup = lock_signup(signup)
    require(can_review_signup, actor, signup)
    require_published(activity)
    if (
        signup.state not in (SignupState.CONFIRMED, SignupState.WAITLISTED, SignupState.DECLINED)
        or signup.is_checked_in
    ):
        raise ActionError(_("这个报名已经有了变化，不能撤销。"), code="state")
    same = {"person": signup.person} if signup.person_id else {"user": signup.user}
    if activity.signups.open().filter(**same).exclude(pk=signup.pk).exists():
        raise ActionError(_("本人已经重新报了名，不能撤销。"), code="open")
    due = min(due_on(clock.today(), REVIEW_DAYS), activity.first_day)
    _move(signup, SignupState.PENDING, actor=actor, verb="signup.review_undone", reason="", due_on=due)
    fill_places(activity, actor=actor)
    notify_holder(signup, "activities/review_undone")
    return signup


def _require_pending(signup: Signup) -> None:
    require_published(signup.activity)
    if signup.state != SignupState.PENDING:
        raise ActionError(_("这个报名已经办过了。"), code="state")


def require_published(activity: Activity) -> None:
    """Raise ActionError("cancelled") unless `activity` is published.

    The sign-ups of a cancelled activity keep their state, so that it remains known who would have come.
    """
    if activity.state != ActivityState.PUBLISHED:
        raise ActionError(_("活动没有发布，或已经取消。"), code="cancelled")


# ---- shared ---------------------------------------------------------------------------------------------------------
def lock_signup(signup: Signup) -> tuple[Activity, Signup]:
    """Lock the activity, then the sign-up, and return both; see "Locking order" above."""
    activity = lock(signup.activity)
    signup = lock(signup)
    signup.activity = activity
    return activity, signup


def _move(signup: Signup, new: str, *, actor: Any, verb: str, **changes: Any) -> Signup:
    """Move a sign-up to the state `new` and count its place. The caller has locked its activity."""
    old = signup.state
    move(
        signup,
        new,
        table=SIGNUP_TRANSITIONS,
        actor=actor,
        verb=verb,
        person=signup.person,
        user=signup.user,
        changed_at=clock.now(),
        **changes,
    )
    count_place(signup.activity, old, new)
    return signup


def record_step(verb: str, signup: Signup, *, actor: Any) -> None:
    """Record `verb` in the audit, for the person or the account of `signup`."""
    record(verb, signup, actor=actor, person=signup.person, user=signup.user)


def notify_holder(signup: Signup, kind: str) -> None:
    """Send the notice `kind` about `signup` to whom it belongs; nothing once it is anonymised."""
    if signup.recipient:
        url, activity = signup.get_absolute_url(), signup.activity

        notify(
            signup.recipient, kind, url=url, concerns=activity.starts, about=activity, activity=activity, signup=signup
        )
