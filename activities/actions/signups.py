"""Sign-ups: every place is counted under the lock of the activity's row (domain.md rule 7)."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed, require, required_reason
from chengyang.platform.audit import history
from chengyang.platform.audit.actions import record
from chengyang.platform.audit.transitions import lock, move
from chengyang.platform.notices.actions import notify
from chengyang.platform.workdays.deadlines import due_on
from members.models import Person

from ..models import Activity, ServiceRecord, Signup
from ..permissions import can_answer_signup, can_review_signup, can_sign_up
from ..states import SIGNUP_TAKES_PLACE, SIGNUP_TRANSITIONS, ActivityState, SignupState

CONFIRM_WITHIN = dt.timedelta(hours=4)  # promised on the activity page to whom a place is offered
REVIEW_DAYS = 3  # working days in which the organizer decides on a pending sign-up, but before it begins
FORGET_AFTER = dt.timedelta(days=90)  # promised in the notice above the sign-up form (requirements P28)
FORGET_AT_ONCE = 500  # rows of one tick

_RECEIPTS: dict[str, str] = {
    SignupState.CONFIRMED: "activities/signed_up",
    SignupState.WAITLISTED: "activities/waitlisted",
    SignupState.PENDING: "activities/pending",
}


# ---- signing up -----------------------------------------------------------------------------------------------------
@transaction.atomic
def sign_up(activity: Activity, *, person: Person | None = None, guest_name: str = "", actor: Any) -> Signup:
    """Give `actor` a place, or a place on the waiting list, or, where sign-ups are reviewed, put them down as pending.

    `actor` signs up as their `person` in the registry (found when left out), and as a guest called `guest_name` when they
    have none; a guest has a proved phone. Locks the activity row, so concurrent calls queue and the last place goes once;
    the position is given under the same lock. Safe to repeat: a second call returns the open sign-up.

    Raises NotAllowed for somebody it is not meant for; ActionError("closed") outside the sign-up window, "name" for a
    guest without a name, "phone" without a phone.  (domain.md rule 7)
    """
    activity = lock(activity)
    require(can_sign_up, actor, activity)
    person = person or Person.objects.active().filter(user=actor).first()
    if person and person.user_id != actor.pk:
        raise NotAllowed("can_sign_up")
    if signup := activity.signups.open().of(actor).first():
        return signup
    _require_window(activity)
    who = {"person": person} if person else _guest(actor, guest_name)
    signup = _take_place(activity, activity.next_signup_state(), who)
    _record("signup.created", signup, actor=actor)
    _notify(signup, _RECEIPTS[signup.state])
    return signup


def _guest(actor: Any, name: str) -> dict[str, Any]:
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


def _take_place(activity: Activity, state: str, who: dict[str, Any]) -> Signup:
    """Write a new sign-up with the next position, and count its place; the activity is locked."""
    activity.last_position += 1
    signup = Signup(activity=activity, state=state, position=activity.last_position, **who)
    if state == SignupState.PENDING:
        signup.due_on = min(due_on(clock.today(), REVIEW_DAYS), activity.first_day)
    signup.save(force_insert=True)
    _count(activity, None, state)
    return signup


def _count(activity: Activity, old: str | None, new: str) -> None:
    """Keep `taken` what it says: the offered and the confirmed; the activity is locked."""
    activity.taken += (new in SIGNUP_TAKES_PLACE) - (old in SIGNUP_TAKES_PLACE)
    activity.save(update_fields=["taken", "last_position"])


# ---- a place that is free -------------------------------------------------------------------------------------------
def fill_places(activity: Activity, *, actor: Any) -> list[Signup]:
    """Offer the free places to the first on the waiting list; return whom. The activity is locked by the caller.

    Nothing is offered once the activity has started.
    """
    if activity.state != ActivityState.PUBLISHED or activity.has_started():
        return []
    waiting = activity.signups.filter(state=SignupState.WAITLISTED).order_by("position")
    places = activity.places_left
    return [_offer(activity, signup, actor) for signup in (waiting if places is None else waiting[:places])]


def _offer(activity: Activity, signup: Signup, actor: Any) -> Signup:
    """Reserve a place for `signup` until it is confirmed or the time for that has passed."""
    until = min(clock.now() + CONFIRM_WITHIN, activity.starts)
    signup.activity = activity
    _move(signup, SignupState.OFFERED, actor=actor, verb="signup.offered", offer_expires_at=until)
    _notify(signup, "activities/offered")
    return signup


def shorten_offers(activity: Activity) -> None:
    """Have no offer outlive the start, after the start was moved; the activity is locked."""
    late = activity.signups.filter(state=SignupState.OFFERED, offer_expires_at__gt=activity.starts)
    late.update(offer_expires_at=activity.starts)


@transaction.atomic
def confirm_signup(signup: Signup, *, actor: Any) -> Signup:
    """Accept an offered place. Safe to repeat.

    Raises ActionError("cancelled") when the activity was called off, "late" when its time has passed, "state".
    """
    activity, signup = lock_signup(signup)
    require(can_answer_signup, actor, signup)
    if signup.state == SignupState.CONFIRMED:
        return signup
    require_published(activity)
    until = signup.offer_expires_at
    if signup.state == SignupState.OFFERED and until is not None and until <= clock.now():
        raise ActionError(_("确认的时间已过，名额给了下一位。"), code="late")
    if signup.state != SignupState.OFFERED:
        raise ActionError(_("现在没有要你确认的名额。"), code="state")
    _move(signup, SignupState.CONFIRMED, actor=actor, verb="signup.confirmed", offer_expires_at=None)
    _notify(signup, "activities/signed_up")
    return signup


@transaction.atomic
def cancel_signup(signup: Signup, *, actor: Any) -> Signup:
    """Give the place back, without a reason; the first on the waiting list is offered it. Safe to repeat.

    Raises ActionError("started") once the activity has started, ("state") when it was declined or has expired.
    """
    activity, signup = lock_signup(signup)
    require(can_answer_signup, actor, signup)
    if signup.state == SignupState.CANCELLED:
        return signup
    if activity.has_started():
        raise ActionError(_("活动已经开始，不能再取消报名。"), code="started")
    return _cancel(activity, signup, actor)


def _cancel(activity: Activity, signup: Signup, actor: Any) -> Signup:
    _move(signup, SignupState.CANCELLED, actor=actor, verb="signup.cancelled", offer_expires_at=None, due_on=None)
    fill_places(activity, actor=actor)
    return signup


# ---- review ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def approve_signup(signup: Signup, *, actor: Any) -> Signup:
    """Let a pending sign-up in: a place, or the waiting list when none is left.

    Raises ActionError("cancelled") when the activity was called off, ("state").
    """
    activity, signup = lock_signup(signup)
    require(can_review_signup, actor, signup)
    _require_pending(signup)
    _move(signup, activity.next_place(), actor=actor, verb="signup.confirmed", due_on=None)
    _notify(signup, _RECEIPTS[signup.state])
    return signup


@transaction.atomic
def decline_signup(signup: Signup, *, reason: str, actor: Any) -> Signup:
    """Turn a pending sign-up down with a `reason` its author reads.

    Raises ActionError("reason"), ("cancelled") when the activity was called off, ("state").
    """
    _activity, signup = lock_signup(signup)
    require(can_review_signup, actor, signup)
    reason = required_reason(reason, missing=_("请写明为什么不同意，报名的人会看到。"))
    _require_pending(signup)
    _move(signup, SignupState.DECLINED, actor=actor, verb="signup.declined", reason=reason, due_on=None)
    _notify(signup, "activities/declined")
    return signup


def _require_pending(signup: Signup) -> None:
    require_published(signup.activity)
    if signup.state != SignupState.PENDING:
        raise ActionError(_("这个报名已经办过了。"), code="state")


def require_published(activity: Activity) -> None:
    """Raise for what was called off: its sign-ups stay as they were, so that it can be seen who would have come."""
    if activity.state != ActivityState.PUBLISHED:
        raise ActionError(_("活动没有发布，或已经取消。"), code="cancelled")


# ---- time passes ----------------------------------------------------------------------------------------------------
def expire_offers() -> int:
    """End the offers whose time has passed and offer their places to the next; return how many ended.

    One transaction for each activity; what was called off is left as it was. Safe to run twice, and by two workers.
    """
    due = Signup.objects.filter(state=SignupState.OFFERED, offer_expires_at__lte=clock.now())
    activities = Activity.objects.filter(pk__in=due.values("activity"), state=ActivityState.PUBLISHED).order_by("pk")
    return sum(_expire_offers_of(activity) for activity in activities)


@transaction.atomic
def _expire_offers_of(activity: Activity) -> int:
    activity = lock(activity)
    if activity.state != ActivityState.PUBLISHED:  # called off meanwhile
        return 0
    moment = clock.now()
    due = activity.signups.filter(state=SignupState.OFFERED, offer_expires_at__lte=moment)
    ended = [signup for signup in due.select_related("person__user", "user") if _expire(activity, signup, moment)]
    if ended:
        fill_places(activity, actor=None)
    return len(ended)


def _expire(activity: Activity, signup: Signup, moment: dt.datetime) -> bool:
    """End one offer by compare-and-swap; whoever confirmed in the same moment keeps the place."""
    still_offered = Signup.objects.filter(pk=signup.pk, state=SignupState.OFFERED, offer_expires_at__lte=moment)
    if not still_offered.update(state=SignupState.EXPIRED, changed_at=moment):
        return False
    _count(activity, SignupState.OFFERED, SignupState.EXPIRED)
    signup.activity, signup.state = activity, SignupState.EXPIRED
    _record("signup.expired", signup, actor=None)
    _notify(signup, "activities/expired")
    return True


@transaction.atomic
def forget_guests() -> int:
    """Take name and account off guests' sign-ups 90 days after the activity; return how many (requirements P28).

    That somebody came stays countable. Whoever has volunteer hours keeps them: they are the guest's own record.
    """
    old = Signup.objects.filter(
        user__isnull=False, activity__ends__lte=clock.now() - FORGET_AFTER, checkin__service__isnull=True
    )
    ids = old.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:FORGET_AT_ONCE]
    count = _forget(ids)
    if count:
        record("signup.forgotten", Signup, actor=None)
    return count


def _forget(ids: Iterable[int]) -> int:
    rows = Signup.objects.filter(pk__in=list(ids))  # by key: afterwards nothing else tells whose they were
    count = rows.update(user=None, guest_name="", guest_key="", guest_search=None, reason="", forgotten_at=clock.now())
    history.delete_history(rows)
    return count


# ---- somebody leaves ------------------------------------------------------------------------------------------------
@transaction.atomic
def cancel_signups_of(person: Person, actor: Any) -> None:
    """Give back every place of somebody who leaves the registry, in what has not started."""
    coming = Signup.objects.open().filter(person=person, activity__starts__gt=clock.now())
    for signup in coming.order_by("activity_id"):  # the order in which everybody locks several
        activity, signup = lock_signup(signup)
        if signup.is_open:
            _cancel(activity, signup, actor)


def erase_signups(person: Person) -> None:
    """Keep that somebody came and how many hours were served; drop the words, and the name given as a guest."""
    rows = Signup.objects.filter(person=person)
    records = ServiceRecord.objects.filter(checkin__signup__person=person)
    for kept in (rows, records):
        kept.exclude(reason="").update(reason="", **({"previous_hours": None} if kept is records else {}))
        history.delete_history(kept)
    if person.user_id:
        _forget(Signup.objects.filter(user=person.user_id).values_list("pk", flat=True))


# ---- the one way ----------------------------------------------------------------------------------------------------
def lock_signup(signup: Signup) -> tuple[Activity, Signup]:
    """Return the activity and the sign-up, both locked, the activity first: the order in which everybody locks."""
    activity = lock(signup.activity)
    signup = lock(signup)
    signup.activity = activity
    return activity, signup


def _move(signup: Signup, new: str, *, actor: Any, verb: str, **changes: Any) -> Signup:
    """Move a sign-up whose activity is locked, and count its place."""
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
    _count(signup.activity, old, new)
    return signup


def _record(verb: str, signup: Signup, *, actor: Any) -> None:
    record(verb, signup, actor=actor, person=signup.person, user=signup.user)


def _notify(signup: Signup, kind: str) -> None:
    if signup.reached_at:
        url = signup.get_absolute_url()
        notify(signup.reached_at, kind, url=url, activity=signup.activity, signup=signup)
